// Searching, filtering, sorting and saving the table of figures. The rows are those of the page itself; the filter is in
// the address after "#", so that a view can be shared and works from a file as well.
"use strict";

(() => {
  const PAGE = 100;
  const table = document.getElementById("figures");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const columns = heads.map((head) => ({ field: head.dataset.field, filter: head.dataset.filter, title: head.textContent, head }));
  const fields = table.dataset.fields.split(" ");
  const rows = [...body.rows].map((element, order) => read(element, order));
  const controls = new Map();
  let sorting = { field: "", down: false };
  let shown = rows;
  let page = 0;

  /** Return a row as its element, its fields as the files write them, and its words. */
  function read(element, order) {
    const cells = {};
    const words = [];
    columns.forEach(({ field }, number) => {
      const cell = element.cells[number];
      const text = cell.textContent.trim();
      words.push(text, cell.dataset.v || "");
      if (field === "figure") {
        cells.figure_id = cell.firstElementChild.dataset.id;
        cells.qualifier = cell.dataset.q;
        cells.value = cell.dataset.value;
        cells.low = cell.dataset.low;
        cells.high = cell.dataset.high;
        words.push(cells.figure_id);
      } else {
        cells[field] = cell.dataset.v ?? cell.textContent;
      }
    });
    return { element, order, cells, names: columns.map((_, number) => element.cells[number].textContent.trim()), words: words.join("\n").toLowerCase() };
  }

  const number = (row) => Number(row.cells.value || row.cells.low || row.cells.high || 0);

  function key(row, field) {
    if (field === "figure") return number(row);
    return row.names[columns.findIndex((column) => column.field === field)].toLowerCase();
  }

  function control(id, title, element) {
    const box = document.createElement("div");
    const label = Object.assign(document.createElement("label"), { htmlFor: `filter-${id}`, textContent: title });
    element.id = `filter-${id}`;
    element.name = id;
    box.append(label, element);
    document.getElementById("choices").append(box);
    controls.set(id, element);
  }

  function choices(field, title, values) {
    const select = document.createElement("select");
    const options = [...values].sort((one, other) => one[1].localeCompare(other[1], "en"));
    select.append(new Option("any", ""), ...options.map(([value, text]) => new Option(text, value)));
    control(field, title, select);
  }

  function build() {
    columns.forEach(({ field, filter, title }, column) => {
      if (filter === "choice") {
        choices(field, title, new Map(rows.filter((row) => row.cells[field]).map((row) => [row.cells[field], row.names[column]])));
      } else if (filter === "date") {
        control("from", "From", Object.assign(document.createElement("input"), { placeholder: "2014", size: 10 }));
        control("to", "To", Object.assign(document.createElement("input"), { placeholder: "2017-10", size: 10 }));
      } else if (field === "figure") {
        choices("qualifier", "Qualifier", new Map(rows.map((row) => [row.cells.qualifier, row.cells.qualifier.replaceAll("_", " ")])));
      }
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: title });
      button.addEventListener("click", () => {
        sorting = { field, down: sorting.field === field && !sorting.down };
        changed();
      });
      heads[column].replaceChildren(button);
    });
    controls.set("q", document.getElementById("search"));
  }

  /** A date of reduced precision is a span: it is kept when any day of it lies between "from" and "to". */
  function within(date, from, to) {
    return (!from || date.padEnd(10, "~") >= from) && (!to || date <= to.padEnd(10, "~"));
  }

  function matching() {
    const wanted = Object.fromEntries([...controls].map(([name, element]) => [name, element.value.trim()]));
    const terms = wanted.q.toLowerCase().split(/\s+/).filter(Boolean);
    return rows.filter((row) =>
      terms.every((term) => row.words.includes(term))
      && within(row.cells.as_of || "", wanted.from, wanted.to)
      && [...controls.keys()].every((name) => ["q", "from", "to"].includes(name) || !wanted[name] || row.cells[name] === wanted[name]));
  }

  function sorted(found) {
    if (!sorting.field) return found;
    const sign = sorting.down ? -1 : 1;
    const keyed = found.map((row) => [key(row, sorting.field), row]);
    keyed.sort(([one, a], [other, b]) => (one < other ? -sign : one > other ? sign : a.order - b.order));
    return keyed.map(([, row]) => row);
  }

  function draw() {
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    page = Math.min(page, pages - 1);
    body.replaceChildren(...shown.slice(page * PAGE, (page + 1) * PAGE).map((row) => row.element));
    document.getElementById("count").textContent = `${shown.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} figures`;
    document.getElementById("where").textContent = `Page ${page + 1} of ${pages}`;
    document.getElementById("previous").disabled = page === 0;
    document.getElementById("next").disabled = page === pages - 1;
    document.getElementById("pages").hidden = pages === 1;
    for (const { field, head } of columns) {
      if (field === sorting.field) head.setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  function update() {
    shown = sorted(matching());
    page = 0;
    draw();
  }

  function changed() {
    const state = new URLSearchParams();
    for (const [name, element] of controls) if (element.value.trim()) state.set(name, element.value.trim());
    if (sorting.field) state.set("sort", (sorting.down ? "-" : "") + sorting.field);
    const text = state.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname.split("/").pop() || "#");
    update();
  }

  function restore() {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const [name, element] of controls) element.value = state.get(name) || "";
    const sort = state.get("sort") || "";
    sorting = { field: sort.replace(/^-/, ""), down: sort.startsWith("-") };
    if (!columns.some((column) => column.field === sorting.field)) sorting.field = "";
    update();
  }

  function save(name, type, text) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    Object.assign(document.createElement("a"), { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  function csv() {
    const cell = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
    const lines = [fields, ...shown.map((row) => fields.map((field) => cell(row.cells[field] ?? "")))];
    save("figures.csv", "text/csv", lines.map((line) => `${line.join(",")}\n`).join(""));
  }

  function json() {
    const numbers = ["value", "low", "high"];
    const records = shown.map((row) => Object.fromEntries(fields.map((field) => {
      const text = row.cells[field] ?? "";
      return [field, text === "" ? null : numbers.includes(field) ? Number(text) : text];
    })));
    save("figures.json", "application/json", `${JSON.stringify(records, null, 1)}\n`);
  }

  build();
  const form = document.getElementById("filters");
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(changed, 80);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    sorting = { field: "", down: false };
    setTimeout(changed);
  });
  document.getElementById("csv").addEventListener("click", csv);
  document.getElementById("json").addEventListener("click", json);
  for (const [id, step] of [["previous", -1], ["next", 1]]) {
    document.getElementById(id).addEventListener("click", () => {
      page += step;
      draw();
      table.scrollIntoView({ block: "start" });
    });
  }
  window.addEventListener("hashchange", restore);
  form.hidden = false;
  restore();
})();
