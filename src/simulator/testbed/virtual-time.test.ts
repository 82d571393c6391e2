import { readFile } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { TestbedError } from '../../model/errors.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { Agenda } from '../world/agenda.ts'
import { VirtualTime } from './virtual-time.ts'

interface Made {
  readonly agenda: Agenda
  readonly time: VirtualTime
  readonly stuck: Promise<TestbedError>
}

function made(watchMs = 60_000): Made {
  const agenda = new Agenda()
  let onStuck: (error: TestbedError) => void = () => undefined
  const stuck = new Promise<TestbedError>((resolve) => {
    onStuck = resolve
  })
  const time = new VirtualTime({ agenda, timeScale: 60, onStuck: (error) => onStuck(error), watchMs })
  onTestFinished(() => time[Symbol.dispose]())
  return { agenda, time, stuck }
}

async function turns(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await turn()
}

test('time stands still while nobody waits', async () => {
  const { agenda, time } = made()
  let isDone = false
  agenda.at(1, () => {
    isDone = true
  })
  await turns(20)
  expect([time.clock.now(), isDone]).toEqual([0, false])
})

test('a wait moves time on to its end, and no further', async () => {
  const { agenda, time } = made()
  const done: number[] = []
  for (const at of [1, 2, 3]) agenda.at(at, () => done.push(at))
  await time.clock.sleep(2)
  await turns(20)
  expect([time.clock.now(), done]).toEqual([2, [1, 2]])
})

test('a wait for what is past ends at once', async () => {
  const { time } = made()
  await time.clock.sleep(5)
  await time.clock.until(3)
  expect(time.clock.now()).toBe(5)
})

test('a wait in the background moves nothing, and ends when its time has come', async () => {
  const { time } = made()
  let isOver = false
  const wait = (async () => {
    await time.clock.sleep(10, { background: true })
    isOver = true
  })()
  await turns(20)
  expect(time.clock.now()).toBe(0)
  await time.clock.sleep(9)
  expect(isOver).toBe(false)
  await time.clock.sleep(1)
  await wait
  expect(time.clock.now()).toBe(10)
})

test('what a wait set off runs before anything else that is due, however many steps it takes', async () => {
  const { time } = made()
  const order: string[] = []
  const first = (async () => {
    await time.clock.until(1)
    for (let step = 0; step < 50; step += 1) await Promise.resolve()
    process.nextTick(() => queueMicrotask(() => order.push(`first at ${time.clock.now()}`)))
    await time.clock.until(1.5)
    order.push('first again')
  })()
  const second = time.clock.until(2).then(() => order.push('second'))
  await Promise.all([first, second])
  expect(order).toEqual(['first at 1', 'first again', 'second'])
})

test('waits for one time end in the order in which they began', async () => {
  const { time } = made()
  const order: number[] = []
  await Promise.all([3, 1, 2].map(async (name) => await time.clock.until(7).then(() => order.push(name))))
  expect(order).toEqual([3, 1, 2])
})

test('a file is read to its end before time goes on', async () => {
  const { time } = made()
  const order: string[] = []
  const reading = readFile(import.meta.filename).then(() => order.push(`read at ${time.clock.now()}`))
  await time.clock.sleep(3600)
  order.push('slept')
  await reading
  expect(order).toEqual(['read at 0', 'slept'])
})

test('a wait ends with the reason of its signal, and time stands still again', async () => {
  const { agenda, time } = made()
  agenda.at(50, () => undefined)
  const end = new AbortController()
  const wait = time.clock.sleep(100, { signal: end.signal })
  end.abort(new Error('enough'))
  await expect(wait).rejects.toThrow('enough')
  await turns(20)
  expect(time.clock.now()).toBe(0)
  await expect(time.clock.sleep(1, { signal: end.signal })).rejects.toThrow('enough')
})

test('a held wait moves time until it is let go', async () => {
  const { agenda, time } = made()
  const letGo = time.hold()
  await new Promise<void>((resolve) => {
    agenda.at(30, () => {
      time.woke()
      resolve()
    })
  })
  letGo()
  letGo()
  agenda.at(40, () => undefined)
  await turns(20)
  expect(time.clock.now()).toBe(30)
})

test('something that becomes due while somebody waits and nothing was due is done', async () => {
  const { agenda, time } = made()
  const letGo = time.hold()
  await turns(20)
  const done = new Promise<void>((resolve) => {
    agenda.at(5, resolve)
  })
  await done
  letGo()
  expect(time.clock.now()).toBe(5)
})

test('a wait with a deadline ends by it, in virtual time', async () => {
  const { time } = made()
  const wait = waitUntil({ what: 'nothing', clock: time.clock, timeoutSeconds: 3600, probe: () => undefined })
  await expect(wait).rejects.toThrow('Timed out after 3600 s (system time) waiting for nothing')
  expect(time.clock.now()).toBe(3600)
})

test('a test that waits outside of virtual time is told so, with what the event loop has', async () => {
  const { stuck } = made(5)
  expect((await stuck).message).toMatch(
    /^Virtual time has stood still at 0\.000 s .* waits for something outside of virtual time, such as setTimeout.*\(the event loop has .+\)\. Wait with the fixture `clock`/,
  )
})

test('a wait that nothing due can end is told so', async () => {
  const { time, stuck } = made(5)
  time.hold()
  expect((await stuck).message).toMatch(/somebody waits, and nothing is due that could end it\.$/)
})

test('a lease whose time goes on is never told to stand still', async () => {
  const { time, stuck } = made(2)
  let isStuck = false
  const watching = (async () => {
    await stuck
    isStuck = true
  })()
  const end = performance.now() + 50
  while (performance.now() < end) await time.clock.sleep(1)
  expect(isStuck).toBe(false)
  void watching
})

test('who waits when a lease ends is told, and so is who begins to wait after it', async () => {
  const { time } = made()
  const release = time.hold()
  const waiting = time.clock.until(1e9, { background: true })
  time[Symbol.dispose]()
  await expect(waiting).rejects.toThrow('The lease is over')
  await expect(time.clock.sleep(1)).rejects.toThrow('The lease is over')
  release()
})
