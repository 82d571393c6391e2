import { expect, test } from 'vitest'
import type { Application, ApplicationEffect } from '../application.ts'
import { ApplicationThread } from './application-thread.ts'

const none = (): readonly ApplicationEffect[] => []
const application: Application = {
  channels: 1,
  operators: () => [],
  start: none,
  timer: none,
  launched: none,
  ingest: none,
  command: none,
  specialMessageLine: none,
  signal: none,
  status: none,
  replay: none,
}

test('carries out the lines of a script that wrote a lot, in order and without long waits', () => {
  const performed: string[] = []
  const thread = new ApplicationThread({
    create: () => application,
    perform: (effect) => performed.push(effect.kind === 'trace' ? effect.text : effect.kind),
    onHeld: () => undefined,
    onDropped: () => undefined,
  })
  const lines = Array.from({ length: 300_000 }, (_, line) => String(line))
  thread.give(
    () => lines.map((text) => ({ kind: 'trace', level: 'trace', aspect: 'APP_LAUNCHER', text })),
    () => performed.push('afterwards'),
  )
  const began = performance.now()
  while (thread.step());
  expect(performed).toEqual([...lines, 'afterwards'])
  expect(performance.now() - began).toBeLessThan(2000)
})
