// Reads a chart with the real Mermaid and prints its bars as JSON.
import { JSDOM } from 'jsdom';
import { readFileSync } from 'node:fs';

const { window } = new JSDOM('<body></body>');
globalThis.window = window;
globalThis.document = window.document;
const mermaid = (await import('mermaid')).default;
mermaid.initialize({ startOnLoad: false });

// Mermaid puts a numbered entity aside while it reads, and back when it draws.
const drawn = (text) =>
  text.replace(/ﬂ°°(\d+)¶ß/g, (_, number) => String.fromCodePoint(Number(number)));
const diagram = await mermaid.mermaidAPI.getDiagramFromText(readFileSync(0, 'utf8'));
const tasks = diagram.db.getTasks().map((task) => ({
  task: drawn(task.task),
  section: drawn(task.section),
  start: task.startTime,
  end: task.endTime,
  milestone: task.milestone ?? false,
}));
console.log(JSON.stringify({ title: drawn(diagram.db.getDiagramTitle()), tasks }));
