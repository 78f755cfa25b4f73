"use strict";
// Shows the lines of the output that match; only those that can be seen are elements. Text is
// placed as text alone, never as HTML.
(() => {
  const ROW = 18;
  const output = JSON.parse(document.getElementById("output").textContent);
  const box = document.getElementById("lines");
  const space = document.getElementById("space");
  const rows = document.getElementById("rows");
  const search = document.getElementById("search");
  const who = document.getElementById("who");
  const found = document.getElementById("found");
  let shown = [];
  let first = -1;

  const part = (kind, text, look) => {
    const element = document.createElement(kind);
    element.textContent = text;
    if (look) element.className = look;
    return element;
  };

  output.names.forEach((name, index) => {
    const choice = part("option", name);
    choice.value = String(index);
    who.append(choice);
  });

  const marked = (text, wanted) => {
    const parts = [];
    const lower = text.toLowerCase();
    let from = 0;
    // A few letters change their length with their case: such a line is shown without marks.
    if (!wanted || lower.length !== text.length) return [text];
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
      parts.push(text.slice(from, at), part("mark", text.slice(at, at + wanted.length)));
      from = at + wanted.length;
    }
    parts.push(text.slice(from));
    return parts;
  };

  const paint = () => {
    const start = Math.max(0, Math.floor(box.scrollTop / ROW) - 10);
    if (start === first) return;
    first = start;
    const wanted = search.value.toLowerCase();
    const visible = shown.slice(start, start + Math.ceil(box.clientHeight / ROW) + 20);
    rows.style.top = `${start * ROW}px`;
    rows.replaceChildren(...visible.map((number) => {
      const [name, isError, t, text] = output.lines[number];
      const row = part("div", "", isError ? "stderr" : "");
      const head = `${t.toFixed(3).padStart(10)}  ${output.names[name]}  `;
      row.append(part("span", head, "who"), ...marked(text, wanted));
      return row;
    }));
  };

  const choose = () => {
    const wanted = search.value.toLowerCase();
    shown = [];
    output.lines.forEach(([name, , , text], number) => {
      if (who.value !== "" && name !== Number(who.value)) return;
      if (!wanted || text.toLowerCase().includes(wanted)) shown.push(number);
    });
    space.style.height = `${shown.length * ROW}px`;
    found.textContent = `${shown.length} of ${output.lines.length} lines`;
    box.scrollTop = 0;
    first = -1;
    paint();
  };

  // Few lines need no large box; the scroll bar below them needs a little room.
  box.style.height = `${Math.min(480, Math.max(3, output.lines.length) * ROW + 20)}px`;
  let pause = 0;
  search.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(choose, 150);
  });
  who.addEventListener("change", choose);
  box.addEventListener("scroll", paint);
  document.getElementById("choice").addEventListener("submit", (event) => event.preventDefault());
  // A search may be part of the address: page.html#q=error
  if (location.hash.startsWith("#q=")) {
    try {
      search.value = decodeURIComponent(location.hash.slice(3));
    } catch {
      search.value = "";
    }
  }
  choose();
})();
