import { Composer, LineCounter, Parser, isAlias, isMap, isPair, isScalar, isSeq } from 'yaml'
import type { CST, Document, ParsedNode, Scalar } from 'yaml'
import type { InputProblem, SourcePosition } from '../model/errors.ts'

// YAML 1.2 core schema as plain data with positions, and nothing else of YAML: no custom tags, no merge keys, no prototypes,
// and bounds on size, depth and alias expansion, since scenario files may come from somebody else's pull request.

/** A value of the file and where it begins. */
export type TreeNode = TreeScalar | TreeList | TreeMap

export interface TreeScalar {
  readonly kind: 'scalar'
  readonly at: SourcePosition
  readonly value: string | number | boolean | null
}

export interface TreeList {
  readonly kind: 'list'
  readonly at: SourcePosition
  readonly items: readonly TreeNode[]
}

export interface TreeMap {
  readonly kind: 'map'
  readonly at: SourcePosition
  readonly entries: ReadonlyMap<string, TreeEntry>
}

/** One key of a map: where the key stands, and its value. */
export interface TreeEntry {
  readonly at: SourcePosition
  readonly value: TreeNode
}

/** What became of a text. `tree` is null when the text is too broken to be looked at further. */
export interface ParsedTree {
  readonly tree: TreeNode | null
  readonly problems: readonly InputProblem[]
}

/** Bytes of one scenario file. */
export const fileSizeBytesMax = 1024 * 1024
const depthMax = 32
/** YAML 1.2, production 1: not among the characters that a file may hold. */
const controlCharacter = /(?![\t\n\r\u0085])\p{Cc}/u
/** Values of one file, each alias counted with all that it stands for. */
const nodesMax = 50_000

/** Reads a text into a tree, or says everything that keeps it from being one. */
export function parseYamlTree(source: { readonly file: string; readonly text: string }): ParsedTree {
  const { file, text } = source
  const sizeBytes = Buffer.byteLength(text)
  if (sizeBytes > fileSizeBytesMax) {
    const message = `Expected a file of at most ${fileSizeBytesMax} bytes, got ${sizeBytes}.`
    return broken({ message, position: { file, line: 1, column: 1 }, advice: 'Split it into several files.' })
  }
  const lines = new LineCounter()
  const positionAt = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const tokens = [...new Parser(lines.addNewLine).parse(text)]
  const tooMuch = boundProblem(tokens, positionAt)
  if (tooMuch !== undefined) return broken(tooMuch)
  const control = controlCharacter.exec(text)
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    const message = `The control character U+${code} is not allowed.`
    return broken({ message, position: positionAt(control.index) })
  }
  const documents = [...new Composer(composerOptions).compose(tokens, true, text.length)]
  const [document, second] = documents
  if (document === undefined) return broken({ message: 'Expected a YAML document.', position: positionAt(0) })
  const problems = yamlProblems(document, { text, positionAt })
  if (problems.length > 0) return { tree: null, problems }
  if (second !== undefined) {
    const position = positionAt(second.range[0])
    return broken({ message: 'Expected one YAML document, got several.', position, advice: 'Use a list `scenarios`.' })
  }
  return new TreeBuilder(positionAt).build(document)
}

const composerOptions = {
  version: '1.2',
  schema: 'core',
  merge: false,
  resolveKnownTags: false,
  strict: true,
  // Checked by TreeBuilder: the library's own check takes time quadratic in the number of keys.
  uniqueKeys: false,
  prettyErrors: false,
} as const

function broken(problem: InputProblem): ParsedTree {
  return { tree: null, problems: [problem] }
}

/**
 * What is too deep or too much, looked for without recursion: the library's own composing recurses and would overflow the stack, and
 * takes its time.
 */
function boundProblem(
  tokens: readonly CST.Token[],
  positionAt: (offset: number) => SourcePosition,
): InputProblem | undefined {
  let values = 0
  const open = tokens.map((token) => ({ token, depth: 0 }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token } = next
    if (next.depth > depthMax) {
      return { message: `Expected at most ${depthMax} levels of nesting.`, position: positionAt(token.offset) }
    }
    const crowd = crowded('start' in token ? [[token.start].flat()] : [])
    if (crowd !== undefined) return anchorProblem(positionAt(crowd))
    const stray = strayCrowd('end' in token ? (token.end ?? []) : [])
    if (stray !== undefined) {
      return { message: `Broken YAML: Unexpected ${stray.type} at node end.`, position: positionAt(stray.offset) }
    }
    const depth = next.depth + 1
    if ('value' in token && typeof token.value === 'object') open.push({ token: token.value, depth })
    if (!('items' in token)) continue
    for (const item of token.items) {
      const itemCrowd = crowded([item.start, item.sep ?? []])
      if (itemCrowd !== undefined) return anchorProblem(positionAt(itemCrowd))
      for (const inner of [item.key, item.value]) {
        if (!inner) continue
        values += 1
        open.push({ token: inner, depth })
      }
    }
    if (values > nodesMax) {
      return { message: `Expected at most ${nodesMax} values, got more.`, position: positionAt(token.offset) }
    }
  }
  return undefined
}

/** So many anchors before one value that the library would spend its time on a complaint about each. */
const anchorsMax = 100

/** Where a value's anchors are too many. */
function crowded(lists: readonly (readonly CST.SourceToken[])[]): number | undefined {
  for (const list of lists) {
    if (list.length <= anchorsMax) continue
    const anchors = list.filter(({ type }) => type === 'anchor')
    if (anchors.length > anchorsMax) return anchors[1]?.offset
  }
  return undefined
}

/** What may stand behind a value. */
const endTypes: readonly string[] = ['space', 'comment', 'newline']

/** The first of so many things behind a value that the library would complain about each. */
function strayCrowd(end: readonly CST.SourceToken[]): CST.SourceToken | undefined {
  if (end.length <= anchorsMax) return undefined
  const strays = end.filter(({ type }) => !endTypes.includes(type))
  return strays.length > anchorsMax ? strays[0] : undefined
}

function anchorProblem(position: SourcePosition): InputProblem {
  return { message: 'Broken YAML: A node can have at most one anchor.', position }
}

/** One mistake makes the parser complain several times, so only its first complaint is passed on. */
function yamlProblems(
  document: Document.Parsed,
  source: { readonly text: string; readonly positionAt: (offset: number) => SourcePosition },
): readonly InputProblem[] {
  const { text, positionAt } = source
  const { explicit, version } = document.directives?.yaml ?? {}
  if (explicit === true && version !== '1.2') {
    return [{ message: `Expected YAML 1.2, got ${version}.`, position: positionAt(0), advice: 'Remove the directive.' }]
  }
  const first = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0])[0]
  if (first === undefined) return []
  const position = positionAt(first.pos[0])
  const tag = /^Unresolved tag: (.*)$/.exec(first.message)?.[1]?.replace('tag:yaml.org,2002:', '!!')
  if (tag !== undefined) {
    return [
      { message: `The tag ${tag} is not allowed.`, position, advice: "Only YAML's core schema is: remove the tag." },
    ]
  }
  const message = `Broken YAML: ${first.message.split('\n', 1)[0]?.replace(/[.:]$/, '')}.`
  // The targets `dc1.pe[0]` and `dc1.operator[NAME]` are plain text only outside of braces.
  const isBracket = /^\w\[$/.test(text.slice(Math.max(0, first.pos[0] - 1), first.pos[0] + 1))
  const advice = 'Within { } and [ ] a text with brackets needs quotes, such as "dc1.pe[0]".'
  return [{ message, position, ...(isBracket ? { advice } : {}) }]
}

class TreeBuilder {
  readonly #positionAt: (offset: number) => SourcePosition
  readonly #problems: InputProblem[] = []
  /** By anchor: its node, or null while that is being built. */
  readonly #anchors = new Map<string, TreeNode | null>()
  readonly #sizes = new Map<TreeNode, number>()
  #nodes = 0
  /** Whether a value is missing, so that to judge the rest would only lead to more complaints about the same place. */
  #isBroken = false

  constructor(positionAt: (offset: number) => SourcePosition) {
    this.#positionAt = positionAt
  }

  build(document: Document.Parsed): ParsedTree {
    const tree = this.#node(document.contents, document.range[0])
    if (this.#nodes > nodesMax) {
      const message = `Expected at most ${nodesMax} values with all aliases written out, got more.`
      return broken({ message, position: tree.at })
    }
    return { tree: this.#isBroken ? null : tree, problems: this.#problems }
  }

  #node(node: ParsedNode | null, offset: number): TreeNode {
    if (node === null) return this.#counted({ kind: 'scalar', at: this.#positionAt(offset), value: null }, 1)
    const at = this.#positionAt(node.range[0])
    if (isAlias(node)) return this.#alias(node.source, at)
    const anchor = node.anchor
    if (anchor !== undefined) this.#anchors.set(anchor, null)
    const before = this.#nodes
    const built = this.#plain(node, at)
    this.#counted(built, 1)
    if (anchor !== undefined) {
      this.#anchors.set(anchor, built)
      this.#sizes.set(built, this.#nodes - before)
    }
    return built
  }

  #plain(node: ParsedNode, at: SourcePosition): TreeNode {
    if (isMap(node)) return this.#map(node.items, at)
    if (isSeq(node)) {
      const items = node.items.map((item) => this.#node(isPair(item) ? null : item, node.range[0]))
      return { kind: 'list', at, items }
    }
    return { kind: 'scalar', at, value: isScalar(node) ? plainScalar(node) : null }
  }

  #map(
    pairs: readonly { readonly key: ParsedNode | null; readonly value: ParsedNode | null }[],
    at: SourcePosition,
  ): TreeMap {
    const entries = new Map<string, TreeEntry>()
    for (const pair of pairs) {
      const key = this.#node(pair.key, pair.key?.range[0] ?? 0)
      const keyAt = pair.key === null ? at : this.#positionAt(pair.key.range[0])
      const value = this.#node(pair.value, pair.key?.range[1] ?? 0)
      const name = key.kind === 'scalar' && key.value !== null ? String(key.value) : undefined
      const first = name === undefined ? undefined : entries.get(name)
      if (name === undefined) {
        this.#problems.push({ message: 'Expected a key that is a word.', position: keyAt })
      } else if (name === '__proto__') {
        this.#problems.push({ message: 'The key `__proto__` is not allowed.', position: keyAt })
      } else if (first === undefined) {
        // A value that was left out has no place of its own: point to its key.
        entries.set(name, {
          at: keyAt,
          value: isLeftOut(pair.value) ? { kind: 'scalar', at: keyAt, value: null } : value,
        })
      } else {
        const message = `The key \`${name}\` stands here a second time.`
        const advice = `It stands in line ${first.at.line} already: keep one of the two.`
        this.#problems.push({ message, position: keyAt, advice })
      }
    }
    return { kind: 'map', at, entries }
  }

  #alias(name: string, at: SourcePosition): TreeNode {
    const target = this.#anchors.get(name)
    if (target !== undefined && target !== null) return this.#counted(target, this.#sizes.get(target) ?? 1)
    const message = target === null ? `The alias *${name} stands inside what it names.` : `There is no anchor &${name}.`
    this.#problems.push({ message, position: at })
    this.#isBroken = true
    return { kind: 'scalar', at, value: null }
  }

  #counted(node: TreeNode, count: number): TreeNode {
    this.#nodes += count
    return node
  }
}

function isLeftOut(value: ParsedNode | null): boolean {
  return value === null || (isScalar(value) && value.range[0] === value.range[1] && value.anchor === undefined)
}

function plainScalar(node: Scalar): TreeScalar['value'] {
  const { value } = node
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return isPlain ? value : null
}
