/** Between the values of an event, in one column; a reply is one line, so it cannot stand in one. */
export const VALUE_SEPARATOR = '\n';
