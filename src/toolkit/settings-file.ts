/**
 * The grammar of the toolkit's text file (toolkit reference §1.2), with every line that it drops in silence. Nothing here knows
 * which keys there are.
 */

/** A line that counts. */
export interface FileEntry {
  readonly value: string
  /** From 1. */
  readonly line: number
}

/** Why a line does not count, or counts otherwise than it looks. */
export type LineOddity = 'no_equals' | 'no_value' | 'more_equals' | 'repeated' | 'white_space' | 'byte_order_mark'

/** A line that is not what its writer may think. */
export interface OddLine {
  readonly oddity: LineOddity
  readonly line: number
  /** What would be its key; null where it has none. Never a value: it may be a password. */
  readonly key: string | null
}

/** A file as the toolkit reads it. */
export interface SettingsFile {
  /** By key, the first line of each. */
  readonly entries: ReadonlyMap<string, FileEntry>
  /** The first of them, in order: a file that is none of ours is odd in every line. */
  readonly oddLines: readonly OddLine[]
}

const oddLinesMax = 100

/** Reads a file's text; every text is a file, if not one that says much. */
export function parseSettingsFile(text: string): SettingsFile {
  const entries = new Map<string, FileEntry>()
  const oddLines: OddLine[] = []
  const note = (odd: OddLine): void => void (oddLines.length < oddLinesMax && oddLines.push(odd))
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1
    const stripped = stripSpaces(raw)
    if (stripped === '' || stripped.startsWith('#')) continue
    if (stripped.startsWith('\uFEFF')) note({ oddity: 'byte_order_mark', line, key: null })
    // Empty tokens are dropped, so `key=` has one token and is ignored, and so is any value with a "=" in it, with three.
    const [first, second, ...more] = stripped.split('=').filter((token) => token !== '')
    const key = first === undefined || stripped.startsWith('=') ? null : stripSpaces(first)
    if (first === undefined || second === undefined) {
      note({
        oddity: stripped.includes('=') ? 'no_value' : 'no_equals',
        line,
        key: stripped.includes('=') ? key : null,
      })
    } else if (more.length > 0) {
      note({ oddity: 'more_equals', line, key })
    } else {
      const name = stripSpaces(first)
      const value = stripSpaces(second)
      if (entries.has(name)) note({ oddity: 'repeated', line, key: name })
      else entries.set(name, { value, line })
      if (value !== value.trim()) note({ oddity: 'white_space', line, key: name })
    }
  }
  return { entries, oddLines }
}

/** Whether the file's grammar gives the value back as it is. */
export function canHold(value: string): boolean {
  return value !== '' && value === stripSpaces(value) && !/[=\n]/.test(value)
}

/** Spaces only: neither tabs nor carriage returns. By hand: a pattern for the end tries every run of blanks in the line. */
function stripSpaces(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text[start] === ' ') start += 1
  while (end > start && text[end - 1] === ' ') end -= 1
  return text.slice(start, end)
}
