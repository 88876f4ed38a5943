/** Reads server-sent events from pieces of text. */
export class EventStreamReader {
  #rest = "";
  #event = "";
  #data: string[] = [];

  constructor(private readonly onEvent: (event: string, data: unknown) => void) {}

  add(piece: string): void {
    const lines = (this.#rest + piece).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#read(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  #read(line: string): void {
    if (line === "") {
      const [event, data] = [this.#event, this.#data.join("\n")];
      this.#event = "";
      this.#data = [];
      if (event && data) this.onEvent(event, JSON.parse(data));
      return;
    }
    const colon = line.indexOf(":");
    if (colon <= 0) return; // a comment keeps the connection alive
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
  }
}
