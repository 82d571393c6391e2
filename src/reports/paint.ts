import type { Verdict } from '../model/verdict.ts'

/** Ways to make a text stand out at a terminal. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  verdict(verdict: Verdict, text: string): string
}

/** Marks in front of a check. */
export const verdictMarks: Readonly<Record<Verdict, string>> = { pass: '✓', fail: '✗', inconclusive: '?' }

const verdictColors: Readonly<Record<Verdict, number>> = { pass: 32, fail: 31, inconclusive: 33 }

/** ANSI colours (ECMA-48 SGR), or none. */
export function createPaint(options: { readonly color: boolean }): Paint {
  const wrapped = (begin: number, end: number, text: string): string =>
    options.color ? `\u001B[${begin}m${text}\u001B[${end}m` : text
  return {
    bold: (text) => wrapped(1, 22, text),
    dim: (text) => wrapped(2, 22, text),
    verdict: (verdict, text) => wrapped(verdictColors[verdict], 39, text),
  }
}
