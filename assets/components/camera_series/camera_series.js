// Takes a series of small pictures with the camera, a few a second, and sends them all at once.
// `data` in visualizer/ui/pictures/camera_series.py says what arrives; nothing is sent before the button is pressed.

import { Delivery } from "../../lib/delivery.js";
import { keepingView } from "../../lib/views.js";

const EVERY = 120; // milliseconds: slow enough to turn the object meanwhile

export default keepingView(({ parentElement }) => new Series(parentElement.querySelector(".series")));

class Series {
  constructor(root) {
    this.root = root;
    this.video = root.querySelector("video");
    this.live = root.querySelector(".live");
    this.open = root.querySelector(".open");
    this.take = root.querySelector(".take");
    this.open.onclick = () => this.start();
    this.take.onclick = () => this.record();
    this.pictures = [];
    this.series = new Delivery(() => ({ pictures: this.pictures }));
  }

  update({ data: { count, side, taken, why }, setTriggerValue }) {
    this.series.update(taken, (message) => setTriggerValue("series", message));
    this.count = count;
    this.side = side;
    this.ready = !why;
    this.root.querySelector(".why").textContent = why;
    this.buttons();
  }

  buttons() {
    this.open.hidden = Boolean(this.stream);
    this.take.hidden = !this.stream;
    this.open.disabled = !this.ready;
    this.take.disabled = !this.ready || this.recording;
    this.take.textContent = `Take ${this.count} pictures`;
  }

  async start() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      // Also where there are no mediaDevices: browsers give them only to https and to localhost.
      this.live.textContent =
        "The camera could not be opened: it was not allowed, there is none, or the page does not come by https. " +
        "Allow it beside the page’s address, or upload pictures.";
      return;
    }
    this.video.srcObject = this.stream;
    await this.video.play();
    this.root.classList.add("on");
    this.live.textContent = "";
    this.buttons();
  }

  async record() {
    this.recording = true;
    this.buttons();
    const pictures = [];
    while (pictures.length < this.count && this.stream) {
      pictures.push(this.picture());
      this.live.textContent = `${pictures.length} of ${this.count}: move the object a little`;
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
    this.recording = false;
    this.buttons();
    if (!this.stream) return;
    this.live.textContent = "";
    this.pictures = pictures;
    this.series.start();
  }

  // The middle of what the camera sees, as a small JPEG.
  picture() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const edge = Math.min(width, height);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = this.side;
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.video, (width - edge) / 2, (height - edge) / 2, edge, edge, 0, 0, this.side, this.side);
    return canvas.toDataURL("image/jpeg", 0.85).split(",")[1];
  }

  // The camera's light goes out.
  end() {
    this.series.end();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = undefined;
  }
}
