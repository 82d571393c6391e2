import { basename, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { ScenarioError } from '../model/errors.ts'
import { isScenarioFile, nearMisses, ScenarioIndex } from './scenario-index.ts'

const scenario = (id: string, tags = ''): string => `test_id: ${id}\ndescription: d\n${tags}`

test('complains about an id that two files give in the later one, whichever is loaded first', () => {
  const index = new ScenarioIndex()
  expect(index.load({ file: 'b.yaml', text: scenario('A-1') })).toHaveLength(1)
  expect(index.load({ file: 'a.yaml', text: scenario('A-1') })).toHaveLength(1)
  expect(index.load({ file: 'b.yaml', text: scenario('A-1') })).toBeInstanceOf(ScenarioError)
  expect(index.load({ file: 'b.yaml', text: scenario('B-1') })).toHaveLength(1)
})

test('forgets a file that is gone', () => {
  const index = new ScenarioIndex()
  index.load({ file: 'a.yaml', text: scenario('A-1', 'tags: [smoke]') })
  expect(index.tags()).toEqual(['a', 'smoke'])
  index.forget('a.yaml')
  expect(index.tags()).toEqual([])
  expect(index.load({ file: 'b.yaml', text: scenario('A-1') })).toHaveLength(1)
})

test('forgets what a file said before it broke', () => {
  const index = new ScenarioIndex()
  index.load({ file: 'a.yaml', text: scenario('A-1') })
  expect(index.load({ file: 'a.yaml', text: 'test_id: [' })).toBeInstanceOf(ScenarioError)
  expect(index.tags()).toEqual([])
})

test.each([
  ['scenarios/a.yaml', true],
  ['scenarios/deep/er/a.yml', true],
  ['scenarios/a.yaml.bak', false],
  ['specs/a.yaml', false],
  ['../scenarios/a.yaml', false],
])('tells whether %s is a scenario file', (path, expected) => {
  expect(isScenarioFile(path, ['./scenarios/**/*.{yaml,yml}'])).toBe(expected)
})

test('notices tags that are almost the same, once a pair, and takes declared ones for right', () => {
  expect(nearMisses(['nightly', 'nigthly', 'smoke'], [])).toEqual([['nightly', 'nigthly']])
  expect(nearMisses(['nigthly'], ['nightly'])).toEqual([['nigthly', 'nightly']])
  expect(nearMisses(['nightly'], ['nightly', 'nigthly'])).toEqual([])
})

test('takes short tags and numbered ones for different', () => {
  expect(nearMisses(['part', 'port', 'phase1', 'phase2'], [])).toEqual([])
})

test('tells which files only share things, and which files a file is made of', () => {
  const files: Readonly<Record<string, string>> = { 'common.yaml': 'defaults: { tags: [shared] }' }
  const readFile = (path: string): string => files[basename(path)] ?? ''
  const index = new ScenarioIndex({ readFile })
  expect(index.load({ file: 'common.yaml', text: files['common.yaml'] ?? '' })).toEqual([])
  expect(index.load({ file: 'a.yaml', text: `extends: common.yaml\n${scenario('A-1')}` })).toHaveLength(1)
  expect([index.isShared('common.yaml'), index.isShared('a.yaml'), index.isShared('b.yaml')]).toEqual([
    true,
    false,
    false,
  ])
  expect(index.extendedBy('a.yaml')).toEqual([resolve('common.yaml')])
  expect(index.tags()).toEqual(['a', 'shared'])
})

test('warns of macros that are for none of the files, once there are any', () => {
  const index = new ScenarioIndex({ macros: [{ match: 'B-*', add: { timeout: '1 h' } }] })
  expect(index.unmatchedMacros()).toEqual([])
  index.load({ file: 'a.yaml', text: scenario('A-1') })
  expect(index.unmatchedMacros()).toHaveLength(1)
  index.load({ file: 'b.yaml', text: scenario('B-1') })
  expect(index.unmatchedMacros()).toEqual([])
})
