import { expect, test } from 'vitest'
import type { TestbedTrigger } from '../model/testbed-act.ts'
import { InMemoryPair } from './testing/in-memory-pair.ts'
import { TriggerWatch } from './trigger-watch.ts'

const trigger: TestbedTrigger = { event: 'remote_down', dc: 'dc2', occurrence: 1, afterSeconds: 0, sinceTime: 0 }
const never = new AbortController().signal

function watch(): { readonly pair: InMemoryPair; readonly watch: TriggerWatch } {
  const pair = new InMemoryPair([])
  const { clock, context } = pair
  return { pair, watch: new TriggerWatch({ events: context.pair.events, clock, toSystemTime: (time) => time }) }
}

test('an event that came before the wait counts, if it is not older than asked', async () => {
  const { pair, watch: triggers } = watch()
  await pair.clock.advance(5)
  pair.tell('dc2', 'remote_down')
  expect(await triggers.wait({ ...trigger, sinceTime: 5 }, never)).toEqual({ time: 5, uncertainty: 0 })
  const later = triggers.wait({ ...trigger, sinceTime: 6 }, never)
  await pair.clock.advance(5)
  pair.tell('dc2', 'remote_down')
  expect((await later).time).toBe(10)
})

test('other events, and those of the other datacenter, are not meant', async () => {
  const { pair, watch: triggers } = watch()
  const waiting = triggers.wait(trigger, never)
  pair.tell('dc1', 'remote_down')
  pair.tell('dc2', 'remote_up')
  await pair.clock.advance(1)
  pair.tell('dc2', 'remote_down')
  expect((await waiting).time).toBe(1)
})

test('an abort ends the wait for the event, and the wait after it', async () => {
  const { pair, watch: triggers } = watch()
  const off = new AbortController()
  const early = triggers.wait(trigger, off.signal)
  const late = triggers.wait({ ...trigger, event: 'remote_up', afterSeconds: 60 }, off.signal)
  pair.tell('dc2', 'remote_up')
  await pair.clock.advance(1)
  off.abort(new Error('enough'))
  await expect(early).rejects.toThrow('enough')
  await expect(late).rejects.toThrow('enough')
  expect(pair.clock.sleepers()).toBe(0)
})
