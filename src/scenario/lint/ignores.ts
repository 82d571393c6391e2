import { Lexer } from 'yaml'
import type { SourcePosition } from '../../model/errors.ts'
import { nearestWord } from '../../support/suggest.ts'
import type { LintFinding } from './finding.ts'

// `# failover-ignore RULE: reason` in a scenario file. Comments are no part of a YAML document, so they are read from its tokens;
// a `#` within a text is part of that text's token, and does not count.

/** A finding that is not to be reported, and where that is asked. */
interface Ignore {
  readonly rule: string
  /** The line that it speaks of: its own, or the next one with anything but comments. */
  readonly line: number
  readonly position: SourcePosition
}

/** The silencers of one file, and what is wrong with them. */
interface FileIgnores {
  readonly ignores: readonly Ignore[]
  readonly problems: readonly LintFinding[]
}

/** Where a scenario's silencers may stand for all of it. */
interface ScenarioPlace {
  readonly testId: SourcePosition
}

/** The rules about silencers; they cannot be silenced. */
export const ignoreRules = [
  { id: 'bad-ignore', severity: 'error' },
  { id: 'unused-ignore', severity: 'warning' },
] as const

/** A finding, and the `test_id` of the scenario that it is about, where it is about one. */
export interface ScenarioFinding {
  readonly finding: LintFinding
  readonly of?: ScenarioPlace
}

/** Takes away what the files ask to be silent about, and adds what is wrong with how they ask. */
export function withoutIgnored(options: {
  readonly findings: readonly ScenarioFinding[]
  readonly texts: ReadonlyMap<string, string>
  /** Ids of the rules that can be silenced. */
  readonly rules: readonly string[]
}): readonly LintFinding[] {
  const { findings, texts, rules } = options
  const files = [...texts].map(([file, text]) => ignoresIn({ file, text, rules }))
  const ignores = files.flatMap((file) => file.ignores)
  const used = new Set<Ignore>()
  const kept = findings.filter((found) => {
    const matching = ignores.filter((ignore) => speaksOf(ignore, found))
    for (const ignore of matching) used.add(ignore)
    return matching.length === 0
  })
  const unused = ignores.filter((ignore) => !used.has(ignore)).map(unusedIgnore)
  return [...kept.map(({ finding }) => finding), ...files.flatMap(({ problems }) => problems), ...unused]
}

function speaksOf({ rule, line, position }: Ignore, { finding, of }: ScenarioFinding): boolean {
  if (finding.rule !== rule) return false
  const places = [finding.position, of?.testId]
  return places.some((place) => place?.file === position.file && place.line === line)
}

function unusedIgnore({ rule, position }: Ignore): LintFinding {
  return {
    rule: 'unused-ignore',
    severity: 'warning',
    message: `Nothing is silenced here: ${rule} finds nothing in this place.`,
    position,
    advice: 'Remove it, or move it to the line of the finding, the line above it, or above `test_id`.',
  }
}

/** All silencers of a file. */
function ignoresIn(source: {
  readonly file: string
  readonly text: string
  readonly rules: readonly string[]
}): FileIgnores {
  const { file, text, rules } = source
  const ignores: Ignore[] = []
  const problems: LintFinding[] = []
  // Most files have none, and reading tokens takes as long as all the rules together.
  if (!text.includes(word)) return { ignores, problems }
  const lines = text.split('\n')
  for (const comment of commentsIn(text)) {
    const asked = /^#+\s*failover-ignore\b(.*)$/s.exec(comment.text.trimEnd())?.[1]
    if (asked === undefined) continue
    const position = { file, line: comment.line, column: comment.column }
    const [, rule = '', reason = ''] = /^\s+([^\s:]+)\s*(?::\s*(.*))?$/s.exec(asked) ?? []
    const problem = problemOf({ rule, reason, rules })
    if (problem === null) ignores.push({ rule, line: lineMeant(lines, comment), position })
    else problems.push({ rule: 'bad-ignore', severity: 'error', position, ...problem })
  }
  return { ignores, problems }
}

const word = 'failover-ignore'
const form = 'Write `# failover-ignore RULE: reason`.'

function problemOf(asked: {
  readonly rule: string
  readonly reason: string
  readonly rules: readonly string[]
}): { readonly message: string; readonly advice: string } | null {
  const { rule, reason, rules } = asked
  if (rule === '') return { message: 'Expected a rule to ignore, got none.', advice: form }
  if (rule === 'invalid' || ignoreRules.some(({ id }) => id === rule)) {
    return { message: `\`${rule}\` cannot be silenced.`, advice: 'Correct what it finds.' }
  }
  if (!rules.includes(rule)) {
    const near = nearestWord(rule, rules)
    const advice = near === undefined ? '`failover explain --rules` lists all rules.' : `Did you mean "${near}"?`
    return { message: `There is no rule \`${rule}\`.`, advice }
  }
  if (reason.trim() !== '') return null
  return { message: `Expected a reason for ignoring ${rule}, got none.`, advice: form }
}

interface Comment {
  readonly text: string
  readonly line: number
  readonly column: number
}

/** The comments of a YAML text, also of a broken one. */
function commentsIn(text: string): readonly Comment[] {
  const comments: Comment[] = []
  let offset = 0
  let line = 1
  let lineStart = 0
  let isScalarNext = false
  for (const token of new Lexer().lex(text)) {
    // Marks of the lexer's own, which stand for no text: the beginning of a document, its end, and a plain or block scalar.
    if (token === '\u0002' || token === '\u0018' || token === '\u001f') {
      isScalarNext = token === '\u001f'
      continue
    }
    if (token.startsWith('#') && !isScalarNext) {
      comments.push({ text: token, line, column: offset - lineStart + 1 })
    }
    isScalarNext = false
    for (let index = token.indexOf('\n'); index >= 0; index = token.indexOf('\n', index + 1)) {
      line += 1
      lineStart = offset + index + 1
    }
    offset += token.length
  }
  return comments
}

/** A comment behind something speaks of its own line; one that stands alone, of the next line with more than a comment. */
function lineMeant(lines: readonly string[], { line, column }: Comment): number {
  if ((lines[line - 1] ?? '').slice(0, column - 1).trim() !== '') return line
  for (let next = line; next < lines.length; next += 1) {
    if (!/^\s*(#.*)?$/.test(lines[next] ?? '')) return next + 1
  }
  return line
}
