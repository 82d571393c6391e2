import { isNothing } from './tree.ts'
import type { TreeEntry, TreeMap } from '../yaml-tree.ts'

/** Lists that presets and macros add to, where every other list is replaced. */
export const joinedFields: readonly string[] = ['fault_scenario', 'post_failover_validation_checks', 'tags']

/** Maps that say one of several things, so that the keys of two of them do not go together: they replace each other whole. */
const wholeFields: ReadonlySet<string> = new Set(['launch_script', 'generator', 'arrival', 'skew', 'size', 'redirect'])

/**
 * Two maps as one, `over` winning: maps merge key by key at every level, lists and single values replace, and a key that `over`
 * leaves empty (null) takes away what `under` has.
 */
export function mergeMaps(under: TreeMap, over: TreeMap): TreeMap {
  const entries = new Map(under.entries)
  for (const [key, entry] of over.entries) {
    const before = under.entries.get(key)
    if (before !== undefined && isNothing(entry.value)) entries.delete(key)
    else entries.set(key, before === undefined || wholeFields.has(key) ? entry : mergeEntries(before, entry))
  }
  return { ...over, entries }
}

function mergeEntries(under: TreeEntry, over: TreeEntry): TreeEntry {
  if (under.value.kind !== 'map' || over.value.kind !== 'map') return over
  return { ...over, value: mergeMaps(under.value, over.value) }
}

/** As `mergeMaps`, but the steps, checks and tags of both stay, those of `under` first. */
export function joinMaps(under: TreeMap, over: TreeMap): TreeMap {
  const merged = mergeMaps(under, over)
  const entries = new Map(merged.entries)
  for (const key of joinedFields) {
    const first = under.entries.get(key)
    const second = over.entries.get(key)
    if (first?.value.kind !== 'list' || second?.value.kind !== 'list') continue
    const items = [...first.value.items, ...second.value.items]
    entries.set(key, { ...second, value: { ...second.value, items } })
  }
  return { ...merged, entries }
}
