import type { InputProblem, SourcePosition } from '../../model/errors.ts'
import type { TreeNode } from '../yaml-tree.ts'
import { sizeOf } from './tree.ts'

// What presets and matrices write out can grow without bound from a small file, so everything written out is counted, and the
// counting itself stops at the limit.

/** Values that all scenarios of a file may come to, with presets and matrices written out. */
const expandedNodesMax = 300_000
/** Characters that arguments may be pasted into text with, in all. */
const pastedCharactersMax = 1_000_000
/** How deep presets may use presets, and files extend files. */
export const nestingMax = 16

/** Ends an expansion that is too large; `composeFile` makes a problem of it, and nobody else sees it. */
export class ExpansionTooLarge extends Error {
  override readonly name = 'ExpansionTooLarge'
}

/** Counts what is written out. */
export class Expansion {
  #nodes = 0
  #characters = 0

  /** @throws ExpansionTooLarge */
  take(nodes: number): void {
    this.#nodes += nodes
    if (this.#nodes > expandedNodesMax) throw new ExpansionTooLarge()
  }

  /** @throws ExpansionTooLarge */
  takeTree(node: TreeNode): void {
    this.take(sizeOf(node, expandedNodesMax + 1))
  }

  /** @throws ExpansionTooLarge */
  paste(text: string): string {
    this.#characters += text.length
    if (this.#characters > pastedCharactersMax) throw new ExpansionTooLarge()
    return text
  }
}

/** What is said of a scenario whose expansion was too large. */
export function tooLargeProblem(position: SourcePosition): InputProblem {
  const message = `Expected at most ${expandedNodesMax} values in the file's scenarios with presets and matrices written out, got more.`
  return { message, position, advice: 'Shorten `matrix`, or use fewer presets within presets.' }
}
