import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { z } from 'zod'
import { duration } from '../scenario/schema-quantities.ts'
import {
  defineAction,
  defineCheck,
  defineFault,
  defineGenerator,
  defineProbe,
  defineSnapshotDecoder,
} from './define.ts'
import { isExtension } from './extension.ts'

const description = 'A sentence.'
const perform = async (): Promise<void> => undefined

test('each definition is known as an extension of its kind', () => {
  const all = [
    defineFault({ name: 'leak', description, inject: async () => await Promise.reject(new Error('not here')) }),
    defineAction({ name: 'drain', description, perform }),
    defineCheck({ name: 'calm', description, judge: () => ({ verdict: 'pass', message: 'Calm.' }) }),
    defineProbe({ name: 'depth', description, read: async () => 1 }),
    defineGenerator({ name: 'orders', description, create: () => ({ next: () => [] }) }),
    defineSnapshotDecoder({ name: 'mine', description, decode: () => null }),
  ]
  expect(all.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'fault leak',
    'action drain',
    'check calm',
    'probe depth',
    'generator orders',
    'snapshot_decoder mine',
  ])
  expect(all.every(isExtension)).toBe(true)
  expect([null, {}, 'x', { kind: 'fault', name: 'x' }].some(isExtension)).toBe(false)
})

test('arguments are validated by the schema, quantities among them', () => {
  const { schema } = defineAction({
    name: 'drain',
    description,
    parameters: { level: z.number(), over: duration },
    perform: async ({ level, over }) => ({ rate: level / over }),
  })
  expect(schema.parse({ level: 3, over: '2 min' })).toEqual({ level: 3, over: 120 })
  expect(schema.safeParse({ level: 3, over: 120 }).success).toBe(false)
})

test.for([
  [
    'Drain',
    'Expected the name of a action to be a word of small letters, digits and _, such as slow_leak, got "Drain".',
  ],
  ['', 'got ""'],
  ['kill', 'The action cannot be named kill: the language has that word already.'],
  ['for', 'cannot be named for'],
] as const)('refuses the name %s', ([name, message]) => {
  expect(() => defineAction({ name, description, perform })).toThrow(SettingsError)
  expect(() => defineAction({ name, description, perform })).toThrow(message.replace('a action', 'an action'))
})

test('a word of one kind is free for another', () => {
  expect(defineProbe({ name: 'kill', description, read: async () => 1 }).name).toBe('kill')
  expect(() => defineCheck({ name: 'loss', description, judge: () => ({ verdict: 'pass', message: '' }) })).toThrow(
    'cannot be named loss',
  )
})
