// Filters of a report page. Without it the page shows everything.
"use strict";
(function () {
	const all = (selector) => Array.from(document.querySelectorAll(selector));
	const rows = all("[data-row]");
	const tiles = all("button[data-severity]");
	const search = document.querySelector("#search");
	const family = document.querySelector("#family");
	const shown = document.querySelector("#shown");

	function wanted(row) {
		const off = tiles.some((tile) =>
			tile.dataset.severity === row.dataset.row &&
			tile.getAttribute("aria-pressed") === "false");
		if (off)
			return false;
		if (family && family.value !== "" && row.dataset.family !== family.value)
			return false;
		const words = search ? search.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
		const text = row.textContent.toLowerCase();
		return words.every((word) => text.includes(word));
	}

	function filter() {
		let count = 0;
		for (const row of rows) {
			row.hidden = !wanted(row);
			count += row.hidden ? 0 : 1;
		}
		if (shown)
			shown.textContent = count === rows.length ? "" : `${count} of ${rows.length} shown`;
	}

	for (const tile of tiles)
		tile.addEventListener("click", () => {
			const on = tile.getAttribute("aria-pressed") === "true";
			tile.setAttribute("aria-pressed", on ? "false" : "true");
			filter();
		});
	if (search) {
		search.addEventListener("input", filter);
		document.addEventListener("keydown", (event) => {
			if (event.key === "/" && document.activeElement !== search) {
				event.preventDefault();
				search.focus();
			}
		});
	}
	if (family)
		family.addEventListener("change", filter);

	// A click on a node's bar or name shows that node alone; another click shows all again.
	let alone = null;
	for (const part of all("svg [data-node]"))
		part.addEventListener("click", () => {
			alone = alone === part.dataset.node ? null : part.dataset.node;
			for (const other of all("svg [data-node]"))
				other.classList.toggle("dim", alone !== null && other.dataset.node !== alone);
		});
	for (const bar of all(".bar[hidden]"))
		bar.hidden = false;
	filter();
})();
