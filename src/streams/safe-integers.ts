/**
 * Whether a value holds, at any depth, a whole number that JavaScript cannot tell from its neighbours: JSON's int64 beyond 2^53
 * come out rounded (data-exchange reference §6).
 */
export function hasUnsafeInteger(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value)
  if (typeof value === 'bigint') return true
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasUnsafeInteger)
  for (const member of Object.values(value)) {
    // Texts are most of what tuples hold; a call for each would be most of what this costs.
    if (typeof member !== 'string' && hasUnsafeInteger(member)) return true
  }
  return false
}
