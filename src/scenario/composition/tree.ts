import type { SourcePosition } from '../../model/errors.ts'
import type { TreeEntry, TreeMap, TreeNode } from '../yaml-tree.ts'

// Small readings and edits of YAML trees. Trees are never changed: an edit gives a new one that shares what stayed the same.

/** The map with these keys left out. */
export function withoutKeys(map: TreeMap, keys: readonly string[]): TreeMap {
  return { ...map, entries: new Map([...map.entries].filter(([key]) => !keys.includes(key))) }
}

/** The map with one key set. */
export function withEntry(map: TreeMap, key: string, entry: TreeEntry): TreeMap {
  return { ...map, entries: new Map([...map.entries, [key, entry]]) }
}

/** A map without keys, at a place. */
export function emptyMap(at: SourcePosition): TreeMap {
  return { kind: 'map', at, entries: new Map() }
}

/** Whether a value was left out or is written as null. */
export function isNothing(node: TreeNode | undefined): boolean {
  return node === undefined || (node.kind === 'scalar' && node.value === null)
}

/** The text of a scalar that is text. */
export function textOf(node: TreeNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
}

/** The texts of a list, or of a single one in its place; what is no text is left out. */
export function textsOf(node: TreeNode | undefined): readonly string[] {
  if (node === undefined) return []
  const items = node.kind === 'list' ? node.items : [node]
  return items.flatMap((item) => textOf(item) ?? [])
}

/** How many values a tree holds, itself included. Stops counting at `limit`. */
export function sizeOf(node: TreeNode, limit = Infinity): number {
  let size = 0
  const open: TreeNode[] = [node]
  for (let next = open.pop(); next !== undefined && size < limit; next = open.pop()) {
    size += 1
    if (next.kind === 'list') open.push(...next.items)
    if (next.kind === 'map') for (const entry of next.entries.values()) open.push(entry.value)
  }
  return size
}

/** Every place of a tree, those of keys too. */
export function positionsOf(node: TreeNode): readonly SourcePosition[] {
  const found: SourcePosition[] = []
  const open: TreeNode[] = [node]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    found.push(next.at)
    if (next.kind === 'list') open.push(...next.items)
    if (next.kind !== 'map') continue
    for (const entry of next.entries.values()) {
      found.push(entry.at)
      open.push(entry.value)
    }
  }
  return found
}

/** What a value is, as messages say it: `a list`, `nothing`, `"a" (text)`. */
export function describeNode(node: TreeNode): string {
  if (node.kind !== 'scalar') return node.kind === 'list' ? 'a list' : 'a map'
  if (node.value === null) return 'nothing'
  if (typeof node.value !== 'string') return `${node.value} (${typeof node.value})`
  const lengthMax = 80
  return JSON.stringify(node.value.length > lengthMax ? `${node.value.slice(0, lengthMax)}…` : node.value)
}
