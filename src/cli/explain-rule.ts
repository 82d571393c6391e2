import { readFileSync } from 'node:fs'
import { SettingsError } from '../model/errors.ts'
import { lintRules } from '../scenario/lint/rules.ts'
import { adviceFor } from '../support/suggest.ts'
import { wrap } from './explain-text.ts'

// The rules' pages have one source, docs/lint.md, which is in the package: the page in the browser and the one in the terminal are
// the same.

/** One rule's part of docs/lint.md. */
export interface RulePage {
  readonly id: string
  readonly severity: string
  /** A sentence. */
  readonly summary: string
  /** Markdown, without the heading. */
  readonly text: string
}

/**
 * The page of a rule, as `failover explain RULE` prints it.
 * @throws SettingsError for a rule that is none
 */
export function explainRule(id: string, options: { readonly json?: boolean } = {}): string {
  const pages = readRulePages()
  const page = pages.find((one) => one.id === id)
  if (page === undefined) {
    const near = adviceFor(
      id,
      pages.map((one) => one.id),
    )
    const advice = near.startsWith('Did') ? near : '`failover explain --rules` lists them.'
    throw new SettingsError(`Expected a rule of \`failover lint\`, got ${id}. ${advice}`)
  }
  if (options.json === true) return `${JSON.stringify(page)}\n`
  return `${page.id}\n\n${terminalText(page.text)}\n\n${silencing(page.id)}\n`
}

/** All rules, each with a line. */
export function listRules(options: { readonly json?: boolean } = {}): string {
  const pages = readRulePages()
  if (options.json === true) return `${JSON.stringify(pages)}\n`
  const width = Math.max(...pages.map(({ id }) => id.length))
  return pages.map(({ id, severity, summary }) => `${id.padEnd(width)}  ${severity.padEnd(7)}  ${summary}\n`).join('')
}

/** All pages, in the order of the file. */
export function readRulePages(): readonly RulePage[] {
  const [, ...sections] = docsText().split(/^### /m)
  return sections.flatMap((section) => {
    const [heading = '', ...lines] = section.split('\n')
    const id = /^`([a-z-]+)`$/.exec(heading.trim())?.[1]
    if (id === undefined) return []
    // The next group's heading ends the page.
    const text = lines.join('\n').split(/^## /m)[0]?.trim() ?? ''
    const [, severity = '', summary = ''] = /^(\w+): (.*)$/m.exec(text) ?? []
    return [{ id, severity, summary, text }]
  })
}

/** Examples are set in, everything else is broken into lines. */
function terminalText(markdown: string): string {
  const parts = markdown.split(/^```(?:yaml)?\n?/m)
  return parts
    .map((part, index) => {
      const lines = part.trim().split('\n')
      return lines.flatMap((line) => (index % 2 === 1 ? [`    ${line}`] : wrap(line, 0))).join('\n')
    })
    .join('\n\n')
    .trimEnd()
}

function silencing(id: string): string {
  const rule = lintRules.find((one) => one.id === id)
  if (rule === undefined || ['invalid', 'bad-ignore', 'unused-ignore'].includes(id)) return 'It cannot be silenced.'
  return `To silence it, on the finding's line, on the line above or above \`test_id\`:\n\n    # failover-ignore ${id}: the reason`
}

function docsText(): string {
  // Three levels up from dist/src/cli; the sources lie two levels below the package.
  for (const path of ['../../../docs/lint.md', '../../docs/lint.md']) {
    try {
      return readFileSync(new URL(path, import.meta.url), 'utf8')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
  throw new SettingsError('Expected docs/lint.md in the package, got none. Install it again.')
}
