// A component's view, which lives as long as the element that shows it.

/**
 * The default export of a component that keeps one view for each element.
 *
 * @template {{ update(component: Component): void, end(): void }} View
 * @param {(component: Component) => View} create
 * @returns {(component: Component) => () => void}
 */
export function keepingView(create) {
  /** @type {WeakMap<ParentNode & Node, View>} */
  const views = new WeakMap();
  return (component) => {
    const { parentElement } = component;
    const view = views.get(parentElement) ?? create(component);
    views.set(parentElement, view);
    view.update(component);
    return () => {
      // Streamlit also calls this where newer data overtook a call; then the element is still in the page.
      if (parentElement.isConnected) return;
      views.delete(parentElement);
      view.end();
    };
  };
}

/**
 * @typedef {{
 *   data: any,
 *   parentElement: ParentNode & Node,
 *   setStateValue(name: string, value: any): void,
 *   setTriggerValue(name: string, value: any): void,
 * }} Component What Streamlit calls a component with:
 *   https://docs.streamlit.io/develop/api-reference/custom-components
 */
