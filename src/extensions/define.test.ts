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

test('an argument that there is not is refused', () => {
  const { schema } = defineAction({ name: 'drain', description, parameters: { level: z.number() }, perform })
  expect(schema.safeParse({ level: 3, levl: 3 }).success).toBe(false)
})

test.for([
  ['Drain', 'Expected the name of a registered action to be in snake_case, such as pool_drain, got "Drain".'],
  ['', 'got ""'],
  ['kill', 'The name `kill` of a registered action is a word of the language: give it another.'],
  ['for', 'The name `for` of a registered action is a word of the language'],
] as const)('refuses the name %s', ([name, message]) => {
  expect(() => defineAction({ name, description, perform })).toThrow(SettingsError)
  expect(() => defineAction({ name, description, perform })).toThrow(message)
})

test('a word of one kind is free for another', () => {
  expect(defineProbe({ name: 'kill', description, read: async () => 1 }).name).toBe('kill')
  expect(() => defineCheck({ name: 'loss', description, judge: () => ({ verdict: 'pass', message: '' }) })).toThrow(
    'The name `loss` of a registered check is a word of the language',
  )
})

/** What a file in JavaScript may say, where no types hold. */
const untyped = (definition: object): never => definition as never
const inject = async (): Promise<never> => await Promise.reject(new Error('not here'))

test.for<readonly [string, () => unknown, string]>([
  ['no function', () => defineFault(untyped({ name: 'leak', description })), '`inject` to be a function, got nothing.'],
  [
    'another thing',
    () => defineProbe(untyped({ name: 'leak', description, read: 4 })),
    '`read` to be a function, got 4.',
  ],
  [
    'no sentence',
    () => defineAction(untyped({ name: 'leak', perform })),
    '`description` to be a sentence, got nothing.',
  ],
  [
    'a type for a schema',
    () => defineAction(untyped({ name: 'leak', description, parameters: { level: 'number' }, perform })),
    '`parameters.level` to be a schema, made by the z of "vitest-failover/extend" or by zod 4, got "number".',
  ],
  [
    'a time without end',
    () => defineFault({ name: 'leak', description, timeoutRealSeconds: Number.POSITIVE_INFINITY, inject }),
    '`timeoutRealSeconds` to be a number above 0',
  ],
  [
    'no time',
    () => defineFault({ name: 'leak', description, timeoutRealSeconds: 0, inject }),
    '`timeoutRealSeconds` to be a number above 0, got 0.',
  ],
])('refuses a definition with %s', ([_title, define, message]) => {
  expect(define).toThrow(SettingsError)
  expect(define).toThrow(`leak: Expected ${message}`)
})
