"use strict";
const cells = [...document.querySelectorAll(".grid td a")];
const width = document.querySelectorAll(".grid thead th").length - 1;
const box = document.querySelector(".search input");
const found = document.querySelector(".found");
const said = document.querySelector("[role=status]");
const texts = cells.map((cell) => `${cell.title} ${cell.dataset.name || ""}`.toLowerCase());
const most = 40;

function search() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = words.length ? cells.filter((_, k) => words.every((word) => texts[k].includes(word))) : [];
  found.replaceChildren(...hits.slice(0, most).map(line));
  said.textContent = words.length ? `${hits.length} pairs${hits.length > most ? `, the first ${most} are shown` : ""}` : "";
}

function line(cell) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = cell.href;
  link.textContent = cell.title + (cell.dataset.name ? ` (${cell.dataset.name})` : "");
  const mark = document.createElement("span");
  mark.className = `what ${cell.parentElement.className}`;
  mark.textContent = `${cell.textContent} `;
  item.append(mark, link);
  return item;
}

function move(event) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: width, ArrowUp: -width };
  const place = cells.indexOf(event.target);
  const next = place + steps[event.key];
  if (!(event.key in steps) || place < 0 || !cells[next]) return;
  event.preventDefault();
  event.target.tabIndex = -1;
  cells[next].tabIndex = 0;
  cells[next].focus();
}

cells.forEach((cell, k) => (cell.tabIndex = k ? -1 : 0));
document.querySelector(".grid").addEventListener("keydown", move);
box.addEventListener("input", search);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) {
    event.preventDefault();
    box.focus();
  }
});
search();
