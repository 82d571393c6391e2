import { describe, expect, test } from 'vitest'
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

test('takes a file of the greatest size and refuses one byte more', () => {
  const fill = (sizeBytes: number): string => `a: ${'x'.repeat(sizeBytes - 3)}`
  expect(parse(fill(fileSizeBytesMax)).problems).toEqual([])
  expect(parse(fill(fileSizeBytesMax + 1)).problems).toEqual([
    expect.objectContaining({ message: 'Expected a file of at most 1048576 bytes, got 1048577.' }),
  ])
})

test.each([
  ['many keys', Array.from({ length: 40_000 }, (_, n) => `k${n}: 1`).join('\n')],
  ['an endless opening', '['.repeat(200_000)],
  ['endless dashes', '- '.repeat(200_000)],
  ['endless quotes', '"'.repeat(200_001)],
  ['endless anchors', '&a '.repeat(100_000)],
])(
  'is done in time with %s',
  (_title, text) => {
    expect(parse(text)).toHaveProperty('problems')
  },
  5000,
)
