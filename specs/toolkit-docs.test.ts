// Keeps docs/toolkit.md honest: what it says of a statement of the toolkit reference is a test that is there, or a reason why not.
// It reads texts only, so it cannot tell whether a test shows what it is cited for.

import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { quirkIds } from '../src/model/toolkit-behaviour.ts'

interface Statement {
  readonly section: string
  readonly statement: string
  /** How each test is cited, and what is not implemented or not tested. */
  readonly where: readonly string[]
}

/** Sections of the reference whose every statement is listed. */
const neededSections =
  '0 1.1 1.2 1.3 1.4 2 3.1 3.2 3.3 3.4 4.1 4.2 4.3 4.4 4.5 4.6 4.7 5.1 5.2 5.3 5.4 5.5 5.6 5.7 5.8 6 8'.split(' ')
/** Some of these are listed beside them. */
const knownSections = [...neededSections, '7', '10']

const page = readFileSync('docs/toolkit.md', 'utf8')

/** The rows of all tables between the two marks. */
function statementsOf(text: string): readonly Statement[] {
  const [, listed = ''] = /<!-- statements:begin -->([\s\S]*)<!-- statements:end -->/.exec(text) ?? []
  const rows = listed.split('\n').filter((line) => line.startsWith('|') && !/^\| (?:section|---) \|/.test(line))
  return rows.map((line) => {
    const [section = '', statement = '', where = ''] = cellsOf(line)
    return { section, statement, where: where.split('<br>') }
  })
}

function cellsOf(line: string): readonly string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))
}

/** What is wrong with a row. */
function problemsOf({ section, statement, where }: Statement): readonly string[] {
  const problems = where.flatMap(citationProblems)
  if (!knownSections.includes(section)) problems.push(`no section of the reference: "${section}"`)
  if (statement === '') problems.push('no statement')
  return problems.map((problem) => `§${section} ${statement}: ${problem}`)
}

function citationProblems(citation: string): string[] {
  const untested = /^implemented in `([^`]+)`, not tested$/.exec(citation)?.[1]
  if (untested !== undefined) return existsSync(untested) ? [] : [`no file ${untested}`]
  // A reason is a sentence, not a word.
  if (/^not implemented: \S.{9}/.test(citation)) return []
  const [, file, path = ''] = /^`([^`]+\.(?:test|spec)\.ts)` › `([^`]+)`$/.exec(citation) ?? []
  if (file === undefined) return [`neither a test nor a reason: "${citation}"`]
  if (!existsSync(file)) return [`no file ${file}`]
  const source = readFileSync(file, 'utf8')
  const titles = path.split(' › ')
  const unknown = titles.filter((title, index) => !hasTitle(source, { title, isTest: index === titles.length - 1 }))
  return unknown.map((title) => `${file} has no "${title}"`)
}

/** Whether a test, or a group of tests, has this title, as the source writes it: of a table's titles the template counts. */
function hasTitle(source: string, of: { readonly title: string; readonly isTest: boolean }): boolean {
  const lines = source.split('\n').filter((line) => !line.trimStart().startsWith('//'))
  const title = of.title.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
  const call = of.isTest ? String.raw`\b(?:test|it)(?:\.concurrent)?` : String.raw`\bdescribe`
  // Behind the rows of a table, the title is the argument of what they gave.
  return new RegExp(String.raw`(?:${call}\(|\)\()\s*(['"\`])${title}\1,`).test(lines.join('\n'))
}

const statements = statementsOf(page)

test('every statement has a section, and names tests that are there, or says why it has none', () => {
  expect(statements.length).toBeGreaterThan(200)
  expect(statements.flatMap(problemsOf)).toEqual([])
})

test.each(neededSections)('§%s of the toolkit reference is listed', (section) => {
  expect(statements.filter((row) => row.section === section).length).toBeGreaterThan(0)
})

test.each(quirkIds)('what %s does on and off is told', (quirk) => {
  expect(page).toMatch(new RegExp(`^\\| ${quirk} \\| [^|]+ \\| [^|]+ \\| [^|]+ \\|$`, 'm'))
})

test('every file that the page names is there', () => {
  const files = [...page.matchAll(/`((?:src|specs|fixtures|docs)\/[^`\s]+)`/g)].map(([, file = '']) => file)
  expect(files.length).toBeGreaterThan(300)
  expect(files.filter((file) => !existsSync(file))).toEqual([])
})

const own = '`specs/toolkit-docs.test.ts`'

test.each([
  ['', 'x', `${own} › \`an own title is found\``, 'no section'],
  ['4.8', 'x', `${own} › \`an own title is found\``, 'no section'],
  ['4.1', '', `${own} › \`an own title is found\``, 'no statement'],
  ['4.1', 'x', '', 'neither a test nor a reason'],
  ['4.1', 'x', 'not implemented: no', 'neither a test nor a reason'],
  ['4.1', 'x', '`src/toolkit/composite.ts` › `createComposite`', 'neither a test nor a reason'],
  ['4.1', 'x', 'implemented in `src/toolkit/none.ts`, not tested', 'no file src/toolkit/none.ts'],
  ['4.1', 'x', '`src/toolkit/none.test.ts` › `x`', 'no file src/toolkit/none.test.ts'],
  ['4.1', 'x', `${own} › \`an own title\``, 'has no "an own title"'],
  ['4.1', 'x', `${own} › \`no group › an own title is found\``, 'has no "no group"'],
  ['4.1', 'x', `not implemented: for a good reason<br>${own} › \`missing\``, 'has no "missing"'],
])('finds what is wrong with the row | %s | %s | %s |', (...[section, statement, where, problem]) => {
  const text = `<!-- statements:begin -->\n| section | statement | where |\n| --- | --- | --- |\n| ${section} | ${statement} | ${where} |\n<!-- statements:end -->`
  const rows = statementsOf(text)
  expect(rows).toHaveLength(1)
  expect(rows.flatMap(problemsOf)).toEqual([expect.stringContaining(problem)])
})

test.each([
  ["test('a title', () => undefined)", true],
  ["  test.concurrent(\n    'a title',\n    async () => undefined)", true],
  ["test.each([1])('a title', () => undefined)", true],
  ['test(`a title`, () => undefined)', true],
  ["// test('a title', () => undefined)", false],
  ["test.skip('a title', () => undefined)", false],
  ["test.todo('a title')", false],
  ["describe('a title', () => undefined)", false],
  ["test('a title and more', () => undefined)", false],
  ["expect(text).toBe('a title', 1)", false],
])('of %j the title counts: %s', (source, expected) => {
  expect(hasTitle(source, { title: 'a title', isTest: true })).toBe(expected)
})

test('an own title is found', () => {
  const where = [
    `${own} › \`an own title is found\``,
    `${own} › \`§%s of the toolkit reference is listed\``,
    `${own} › \`finds what is wrong with the row | %s | %s | %s |\``,
    'implemented in `src/toolkit/composite.ts`, not tested',
    'not implemented: for a good reason',
  ]
  expect(problemsOf({ section: '4.1', statement: 'x', where })).toEqual([])
})
