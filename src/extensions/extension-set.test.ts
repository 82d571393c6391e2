import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { defineAction, defineFault, defineProbe } from './define.ts'
import { extensionSet, loadExtensions } from './extension-set.ts'

const drain = defineAction({ name: 'drain', description: 'Drains.', perform: async () => undefined })
const depth = defineProbe({ name: 'depth', description: 'Measures.', read: async () => 4 })

test('gives what runs for the names of a kind', () => {
  const set = extensionSet([drain, depth])
  expect([...set.behaviours('action').keys()]).toEqual(['drain'])
  expect([...set.behaviours('check').keys()]).toEqual([])
  expect(set.behaviours('probe').get('depth')).toBe(depth.behaviour)
})

test('refuses two of a name, a fault and an action among them, for both are steps', () => {
  expect(() => extensionSet([depth, { ...depth }])).toThrow(
    'Two extensions of kind probe are named depth. Rename one of them.',
  )
  const fault = defineFault({ name: 'drain', description: 'x', inject: async () => await Promise.reject(new Error()) })
  expect(() => extensionSet([drain, fault])).toThrow('are named drain')
})

test('takes every export of a file, lists and a default that repeats them included, once', async () => {
  const load = async (path: string): Promise<object> => ({
    path,
    drain,
    list: [depth],
    default: [drain, depth],
    other: 1,
  })
  const { all } = await loadExtensions(['mine.ts'], { root: '/project', load })
  expect(all).toEqual([drain, depth])
})

test('takes what two files export once, where one has it of the other, and one file once', async () => {
  const load = async (path: string): Promise<object> => (path.endsWith('a.ts') ? { drain } : { drain, depth })
  const { all } = await loadExtensions(['a.ts', 'b.ts', 'a.ts'], { root: '/project', load })
  expect(all).toEqual([drain, depth])
})

test('says in which files two of a name are', async () => {
  const load = async (): Promise<object> => ({
    depth: defineProbe({ name: 'depth', description: 'x', read: async () => 1 }),
  })
  await expect(loadExtensions(['a.ts', 'b.ts'], { root: '/project', load })).rejects.toThrow(
    'Two extensions of kind probe are named depth, in a.ts and b.ts. Rename one of them.',
  )
})

async function file(name: string, text: string): Promise<{ readonly root: string }> {
  const root = await mkdtemp(join(tmpdir(), 'failover-extensions-'))
  onTestFinished(async () => await rm(root, { recursive: true, force: true }))
  await writeFile(join(root, name), text)
  return { root }
}

test('says which file exports none, cannot be found, or breaks off', async () => {
  const empty = await file('mine.mjs', 'export const a = 1')
  await expect(loadExtensions(['mine.mjs'], empty)).rejects.toThrow(
    'Expected mine.mjs to export extensions, made by defineFault, defineCheck and the like from "vitest-failover/extend", got none.',
  )
  await expect(loadExtensions(['gone.mjs'], empty)).rejects.toThrow(
    'The extensions in gone.mjs cannot be loaded: Cannot find',
  )
  const broken = await file('mine.mjs', "throw new Error('half done')")
  await expect(loadExtensions(['mine.mjs'], broken)).rejects.toThrow(
    'The extensions in mine.mjs cannot be loaded: half done',
  )
})
