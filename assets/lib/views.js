// What a component keeps as long as the element that shows it lives.

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
 * What a component remembers for each element that shows it, so that it stays when the page is drawn again. It begins
 * anew where `subject` says that it is about something else.
 *
 * @template State
 * @param {(data: any) => State} begin
 * @returns {(element: Node, subject: string, data: any) => State}
 */
export function remembering(begin) {
  /** @type {WeakMap<Node, { subject: string, state: State }>} */
  const kept = new WeakMap();
  return (element, subject, data) => {
    if (kept.get(element)?.subject !== subject) kept.set(element, { subject, state: begin(data) });
    return kept.get(element).state;
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
