import { describe, expect, test } from 'vitest'
import { loadScenario } from './load-scenario.ts'
import { plainValue } from './schema-problems.ts'
import { fileSizeBytesMax, parseYamlTree } from './yaml-tree.ts'
import type { ParsedTree } from './yaml-tree.ts'

const parse = (text: string): ParsedTree => parseYamlTree({ file: 'a.yaml', text })

function valueOf(text: string): unknown {
  const { tree, problems } = parse(text)
  expect(problems).toEqual([])
  return tree === null ? undefined : plainValue(tree)
}

test('reads the core schema of YAML 1.2', () => {
  expect(valueOf('{ a: 0o14, b: 1e3, c: true, d: null, e: ~, f: on, g: 12:30, h: 2026-01-01, i: "1" }')).toEqual({
    a: 12,
    b: 1000,
    c: true,
    d: null,
    e: null,
    f: 'on',
    g: '12:30',
    h: '2026-01-01',
    i: '1',
  })
})

test('puts the values of anchors in the place of aliases', () => {
  expect(valueOf('a: &x { k: [1, 2] }\nb: *x\nc: &x 3\nd: *x')).toEqual({
    a: { k: [1, 2] },
    b: { k: [1, 2] },
    c: 3,
    d: 3,
  })
})

test('has no merge keys', () => {
  expect(valueOf('a: &x { k: 1 }\nb: { <<: *x }')).toEqual({ a: { k: 1 }, b: { '<<': { k: 1 } } })
})

test('knows the place of every key and value, with either kind of line end', () => {
  const { tree } = parse('a: 1\r\nb:\r\n  - c: d\r\n')
  expect(tree).toMatchObject({ kind: 'map', at: { file: 'a.yaml', line: 1, column: 1 } })
  const list = tree?.kind === 'map' ? tree.entries.get('b') : undefined
  expect(list).toMatchObject({ at: { line: 2, column: 1 }, value: { at: { line: 3, column: 3 } } })
})

describe('refuses, once and with its place,', () => {
  test.each([
    ['a second key of the same name', 'a: 1\nb: 2\na: 3', 3, 1, 'The key `a` stands here a second time.'],
    ['a tag', 'a: !!js/function f', 1, 4, 'The tag !!js/function is not allowed.'],
    ['a tag of YAML 1.1', 'a: !!binary aGk=', 1, 4, 'The tag !!binary is not allowed.'],
    ['a private tag', 'a: !mine b', 1, 4, 'The tag !mine is not allowed.'],
    ['a second document', 'a: 1\n---\nb: 2', 2, 1, 'Expected one YAML document, got several.'],
    ['YAML 1.1', '%YAML 1.1\n---\na: yes', 1, 1, 'Expected YAML 1.2, got 1.1.'],
    ['a prototype', 'a: { __proto__: { b: 1 } }', 1, 6, 'The key `__proto__` is not allowed.'],
    ['a map as key', '? { a: 1 }\n: b', 1, 3, 'Expected a key that is a word.'],
    ['an unknown alias', 'a: *b', 1, 4, 'There is no anchor &b.'],
    ['an alias of itself', 'a: &b [*b]', 1, 8, 'The alias *b stands inside what it names.'],
    ['deep nesting', `a: ${'['.repeat(40)}${']'.repeat(40)}`, 1, 35, 'Expected at most 32 levels of nesting.'],
    ['deep compact lists', '- '.repeat(40), 1, 65, 'Expected at most 32 levels of nesting.'],
  ])('%s', (...[, text, line, column, message]) => {
    expect(parse(text).problems).toEqual([
      expect.objectContaining({ message, position: { file: 'a.yaml', line, column } }),
    ])
  })
})

test('counts an alias with all that it stands for', () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join()}]`,
  )
  expect(parse(['l0: &l0 [1]', ...levels].join('\n'))).toEqual({
    tree: null,
    problems: [expect.objectContaining({ message: expect.stringMatching(/^Expected at most 50000 values/) })],
  })
})

test.each([
  ['a NUL', 'a: b\0', 5, '0000'],
  ['an escape', 'a: \u001b[31m', 4, '001B'],
])('refuses the control character of %s', (...[, text, column, code]) => {
  expect(parse(text).problems).toEqual([
    {
      message: `The control character U+${code} is not allowed.`,
      position: { file: 'a.yaml', line: 1, column },
    },
  ])
})

test('says that brackets within braces need quotes', () => {
  expect(parse('kill: { target: dc1.pe[0] }').problems).toEqual([
    expect.objectContaining({ advice: 'Within { } and [ ] a text with brackets needs quotes, such as "dc1.pe[0]".' }),
  ])
})

test('takes a file of the greatest size and refuses one byte more', () => {
  const fill = (sizeBytes: number): string => `a: ${'x'.repeat(sizeBytes - 3)}`
  expect(parse(fill(fileSizeBytesMax)).problems).toEqual([])
  expect(parse(fill(fileSizeBytesMax + 1)).problems).toEqual([
    expect.objectContaining({ message: 'Expected a file of at most 1048576 bytes, got 1048577.' }),
  ])
})

const head = 'test_id: A-1\ndescription: d\n'
const bomb = Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join()}]`)
const linesOf = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => `${line(n)}\n`).join('')

/** Texts that would keep a parser, a schema or an expression busy, each with a word of what is said to them. */
describe('refuses in less than a second of processor time', () => {
  test.each([
    ['10 MB', `${head}skip: ${'x'.repeat(10_000_000)}`, 'at most 1048576 bytes'],
    ['10 MB of steps', `${head}fault_scenario:\n${linesOf(350_000, () => '  - mark: a')}`, 'at most 1048576 bytes'],
    ['10,000 levels of lists', '['.repeat(10_000) + ']'.repeat(10_000), 'levels of nesting'],
    ['10,000 levels of maps', '{a: '.repeat(10_000), 'levels of nesting'],
    ['1,400 levels of lines', linesOf(1400, (n) => `${' '.repeat(n)}a:`), 'levels of nesting'],
    ['endless dashes', '- '.repeat(200_000), 'levels of nesting'],
    ['an alias bomb', ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]', ...bomb].join('\n'), '50000 values'],
    ['duplicate keys', 'a: 1\n'.repeat(40_000), '50000 values, got more'],
    ['many keys', linesOf(40_000, (n) => `k${n}: 1`), '50000 values, got more'],
    ['endless quotes', '"'.repeat(200_001), 'Broken YAML'],
    ['endless anchors', '&a '.repeat(100_000), 'Broken YAML'],
    ['prototypes', `${head}opts: { __proto__: { a: 1 }, constructor: { prototype: 1 } }`, '__proto__'],
    ['huge numbers', `${head}repeat: 1${'0'.repeat(10_000)}\nexpected_data_loss_seconds: 1e999`, 'Infinity (number)'],
    ['control characters', `${head}skip: "${'\u0007'.repeat(500_000)}"`, 'U+0007'],
    ['escaped control characters', `${head}skip: "\\e[31m"`, 'without control characters'],
    ['blanks in a duration', `${head}timeout: "1${' '.repeat(900_000)}x"`, 'a duration such as'],
    ['an endless id', `test_id: ${'a-'.repeat(450_000)}\ndescription: d`, 'an id such as'],
    ['an endless URL', `${head}crossdc: { dataSnapshotJdbcUrl: "jdbc://${':'.repeat(900_000)}" }`, 'at most 2000'],
    [
      'an endless target',
      `${head}fault_scenario: [{ kill: { target: "dc1.${'a'.repeat(900_000)}" } }]`,
      'a target such as',
    ],
    ['an endless event', `${head}fault_scenario: [{ mark: a, when: ${'a.'.repeat(450_000)} }]`, 'an event such as'],
    ['an endless command', `${head}fault_scenario: [{ exec: "${"a'b ".repeat(200_000)}" }]`, 'a command'],
    ['an endless word', `${head}mode: ${'active-'.repeat(120_000)}`, 'active-active or active-passive'],
    ['too many steps', `${head}fault_scenario:\n${linesOf(5000, () => '  - mark: a')}`, 'at most 1000 steps'],
    ['many misspelt keys', `${head}crossdc:\n${linesOf(20_000, (n) => `  heartbeat${n}: 1`)}`, 'are not shown'],
  ])('%s', (_title, text, said) => {
    const before = process.cpuUsage().user
    const { tree, problems } = parse(text)
    const all = tree?.kind === 'map' ? [...problems, ...loadScenario({ tree, directory: '.' }).problems] : problems
    expect(process.cpuUsage().user - before).toBeLessThan(1e6)
    expect(all.map(({ message }) => message).join('\n')).toContain(said)
    expect(all.every(({ position }) => position !== undefined)).toBe(true)
  })
})
