/**
 * `Did you mean "x"?` when one of the known words, or of those to come, is close to the given one; otherwise the list of the
 * known words.
 */
export function adviceFor(word: string, known: readonly string[], later: readonly string[] = []): string {
  const near = nearestWord(word, [...known, ...later])
  return near === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean "${near}"?`
}

/** The known word that is nearest to the given one, if any is near enough to be meant. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const plain = normalised(word)
  const distanceMax = Math.max(1, Math.floor(plain.length / 3))
  let nearest: { readonly word: string; readonly distance: number } | undefined
  for (const candidate of known) {
    const distance = editDistance(plain, normalised(candidate))
    if (distance <= distanceMax && distance < (nearest?.distance ?? Infinity)) nearest = { word: candidate, distance }
  }
  return nearest?.word
}

function normalised(word: string): string {
  return word.slice(0, 64).toLowerCase().replaceAll(/[-_ ]/g, '')
}

/** Insertions, deletions, replacements and swaps of neighbours that make one word of the other (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1]
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const replaced = (last[column - 1] ?? 0) + (isSame ? 0 : 1)
      const edited = Math.min(replaced, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1)
      current.push(isSwap ? Math.min(edited, (beforeLast[column - 2] ?? 0) + 1) : edited)
    }
    beforeLast = last
    last = current
  }
  return last[b.length] ?? 0
}
