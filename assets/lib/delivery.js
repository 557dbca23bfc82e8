// A message that must arrive: a busy server may lose one, so it is sent again until the server says that it has it.

const PATIENCE = 4000; // milliseconds until a message that the server has not taken is sent again; then twice as long, …

export class Delivery {
  /** @param {() => object} content What is sent with the number of the message; asked for each time it is sent. */
  constructor(content) {
    this.content = content;
    /** @type {number | undefined} Of the newest message. */
    this.number = undefined;
    this.taken = 0;
  }

  /** Whether the server has not taken the newest message yet. */
  get isUnderWay() {
    return (this.number ?? 0) > this.taken;
  }

  /**
   * @param {number} taken The number of the newest message that the server has.
   * @param {(message: object) => void} send
   */
  update(taken, send) {
    this.number ??= taken;
    this.taken = taken;
    this.send = send;
    this.sendAgainAfter(PATIENCE);
  }

  /** Send the content as a new message. */
  start() {
    this.number = (this.number ?? 0) + 1;
    this.sendNow(PATIENCE);
  }

  /** @param {number} patience */
  sendNow(patience) {
    this.send?.({ number: this.number, ...this.content() });
    this.sendAgainAfter(patience);
  }

  /** @param {number} patience */
  sendAgainAfter(patience) {
    this.end();
    if (this.isUnderWay) this.timer = setTimeout(() => this.sendNow(2 * patience), patience);
  }

  end() {
    clearTimeout(this.timer);
  }
}
