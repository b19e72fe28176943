/** Sorting and filtering of the tables; without it the page is complete, only still. Its hash stands in the Content-Security-Policy. */
export const SCRIPT = `
for (const table of document.querySelectorAll('table[data-sortable]')) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = head.querySelector('button');
    if (!button) return;
    button.addEventListener('click', () => {
      const isText = [...body.rows].every((row) => row.cells[column].dataset.value === undefined);
      const rising = head.getAttribute('aria-sort') === 'descending' || (isText && head.getAttribute('aria-sort') !== 'ascending');
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', rising ? 'ascending' : 'descending');
      const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
      const order = (a, b) => isText ? String(a).localeCompare(String(b)) : Number(a) - Number(b);
      const rows = [...body.rows].sort((a, b) => order(value(a), value(b)) * (rising ? 1 : -1));
      body.append(...rows);
    });
  });
  const input = document.querySelector('input[data-filters="' + table.id + '"]');
  const shown = document.getElementById(table.id + '-shown');
  input.addEventListener('input', () => {
    const wanted = input.value.trim().toLowerCase();
    let count = 0;
    for (const row of body.rows) {
      const texts = [...row.cells].filter((cell) => cell.dataset.value === undefined).map((cell) => cell.textContent.toLowerCase());
      row.hidden = !texts.some((text) => text.includes(wanted));
      if (!row.hidden) count++;
    }
    shown.textContent = wanted === '' ? '' : count + ' shown';
  });
}
`;
