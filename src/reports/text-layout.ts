/** Widest line of what is printed at a terminal. */
export const columnsMax = 100

/** White space, but not between a number and its unit. */
const betweenWords = /\s+(?!(?:s|%)(?:[\s.,;:)]|$))/

/** Breaks a text between words so that no line passes the limit; a longer word stands alone and is cut into pieces. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(betweenWords).flatMap((each) => piecesOf(each, columns))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= columns) line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return line === '' ? lines : [...lines, line]
}

/** A label in front of a text, the text's further lines under its first. */
export function hanging(label: string, text: string): readonly string[] {
  return wrap(text, columnsMax - label.length).map(
    (line, index) => (index === 0 ? label : ' '.repeat(label.length)) + line,
  )
}

/** Rows as columns of even width; all to the left, or numbers to the right under a first column to the left. */
export function tableLines(rows: readonly (readonly string[])[], numbers: 'left' | 'right'): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((most, row) => Math.max(most, (row[column] ?? '').length), 0),
  )
  const cell = (text: string, column: number): string => {
    const width = widths[column] ?? 0
    return column === 0 || numbers === 'left' ? text.padEnd(width) : text.padStart(width)
  }
  return rows.map((row) => row.map(cell).join('   ').trimEnd())
}

function piecesOf(word: string, columns: number): readonly string[] {
  if (word.length <= columns) return word === '' ? [] : [word]
  return [word.slice(0, columns), ...piecesOf(word.slice(columns), columns)]
}
