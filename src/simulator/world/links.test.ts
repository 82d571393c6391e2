import { expect, test } from 'vitest'
import type { LinkRule } from '../../model/testbed.ts'
import { createRandom } from '../../support/random.ts'
import type { SendResult } from '../../toolkit/io.ts'
import { Agenda } from './agenda.ts'
import { WorldLinks } from './links.ts'
import type { Listener, Post } from './links.ts'

const port = 25_091

/** Links whose far side answers 204 when it is asked to, or never. */
function linksWith({ isThere = true, answersAfter = 0 }: { isThere?: boolean; answersAfter?: number | null } = {}) {
  const agenda = new Agenda()
  const delivered: { readonly time: number; readonly to: string }[] = []
  const results: { readonly time: number; readonly result: SendResult }[] = []
  const far: { listener: Listener } = { listener: isThere ? 'there' : 'none' }
  const links = new WorldLinks({
    agenda,
    random: createRandom(7),
    delaySeconds: 0.1,
    listener: () => far.listener,
    deliver: ({ to }, answer) => {
      delivered.push({ time: agenda.now, to })
      if (answersAfter !== null) agenda.in(answersAfter, () => answer(204))
    },
  })
  const post = (about: Partial<Post> = {}): void => {
    const message: Post = {
      from: 'dc1',
      to: 'dc2',
      port,
      path: '/x',
      body: new Uint8Array(100),
      connectTimeoutSeconds: 25,
      readTimeoutSeconds: 100,
      ...about,
    }
    links.post(message, (result) => void results.push({ time: agenda.now, result }))
  }
  return { agenda, links, post, delivered, results, far }
}

const rule = (effect: LinkRule['effect'], about: Partial<LinkRule> = {}): LinkRule => ({
  id: 'r',
  from: 'dc1',
  to: 'dc2',
  ports: 'all',
  effect,
  ...about,
})

const answer = { kind: 'answer', status: 204 }
const exception = (text: string): SendResult => ({ kind: 'exception', text })

test('a POST needs a connection, so it arrives after three ways and is answered after four', () => {
  const { agenda, post, delivered, results } = linksWith()
  post()
  agenda.runUntil(1)
  expect(delivered.map(({ time }) => time)).toEqual([expect.closeTo(0.3, 9)])
  expect(results).toEqual([{ time: expect.closeTo(0.4, 9), result: answer }])
})

test('where nobody listens, and where no such machine is, a connection is refused', () => {
  const { agenda, post, results } = linksWith({ isThere: false })
  post()
  post({ to: null })
  agenda.runUntil(1)
  expect(results.map(({ time, result }) => [time, result])).toEqual([
    [0, exception(`Connection refused (port ${port})`)],
    [0.2, exception(`Connection refused (port ${port})`)],
  ])
})

test.each([
  ['drop', 25, 'connect timed out'],
  ['reject', 0.2, `Connection refused (port ${port})`],
  ['hang', 100.2, 'Read timed out'],
] as const)('a rule %s makes itself felt after %d s', (kind, seconds, text) => {
  const { agenda, links, post, results, delivered } = linksWith()
  links.apply(rule({ kind }))
  post()
  agenda.runUntil(200)
  expect(results).toEqual([{ time: expect.closeTo(seconds, 9), result: exception(text) }])
  expect(delivered).toEqual([])
})

test('a machine from which nothing is ever heard costs the connection timeout', () => {
  const { agenda, post, results } = linksWith()
  post({ to: 'nobody' })
  agenda.runUntil(100)
  expect(results).toEqual([{ time: 25, result: exception('connect timed out') }])
})

test('a rule of the other direction or of another port lets a POST pass, and so does one that is gone', () => {
  const { agenda, links, post, results } = linksWith()
  links.apply(rule({ kind: 'drop' }, { id: 'a', from: 'dc2', to: 'dc1' }))
  links.apply(rule({ kind: 'drop' }, { id: 'b', ports: [1] }))
  links.apply(rule({ kind: 'drop' }, { id: 'c' }))
  links.remove('c')
  post()
  agenda.runUntil(1)
  expect(results.map(({ result }) => result)).toEqual([answer])
})

test('a connection that a drop meets on its way stays lost when the rule goes', () => {
  const { agenda, links, post, results, delivered } = linksWith({ answersAfter: 1 })
  post()
  agenda.runUntil(0.25)
  links.apply(rule({ kind: 'drop' }))
  agenda.runUntil(10)
  links.remove('r')
  agenda.runUntil(200)
  expect(delivered).toEqual([])
  expect(results).toEqual([{ time: expect.closeTo(100.2, 9), result: exception('Read timed out') }])
})

test('a connection that is reset is tried once more, which doubles the POST', () => {
  const { agenda, links, post, results, delivered } = linksWith({ answersAfter: 5 })
  post()
  agenda.runUntil(1)
  expect(links.reset({ from: 'dc1', to: 'dc2', ports: [port] })).toBe(1)
  agenda.runUntil(20)
  expect(delivered).toHaveLength(2)
  expect(results.map(({ result }) => result)).toEqual([answer])
  expect(links.reset({ from: 'dc1', to: 'dc2', ports: 'all' })).toBe(0)
})

test('a request that its sender has given up arrives all the same', () => {
  const { agenda, links, post, results, delivered } = linksWith()
  links.apply(rule({ kind: 'delay', seconds: 10 }))
  post({ readTimeoutSeconds: 5 })
  agenda.runUntil(100)
  expect(results.map(({ result }) => result)).toEqual([exception('Read timed out')])
  expect(delivered).toHaveLength(1)
})

test('timeouts of 0 wait for ever', () => {
  const { agenda, links, post, results } = linksWith({ answersAfter: null })
  post({ readTimeoutSeconds: 0 })
  links.apply(rule({ kind: 'drop' }))
  post({ connectTimeoutSeconds: 0 })
  agenda.runUntil(1e6)
  expect(results).toEqual([])
})

test('messages share a rate', () => {
  const { agenda, links, post, delivered } = linksWith()
  // 500 bytes of a message and its head: one second each.
  links.apply(rule({ kind: 'rate', bitsPerSecond: 4000 }))
  post()
  post()
  agenda.runUntil(100)
  expect(delivered.map(({ time }) => time)).toEqual([expect.closeTo(1.3, 9), expect.closeTo(2.3, 9)])
})

test('lost packets are sent again and cost seconds; all of them lost is no connection', () => {
  const { agenda, links, post, results } = linksWith()
  links.apply(rule({ kind: 'packets', lossPercent: 100 }))
  post()
  agenda.runUntil(200)
  expect(results).toEqual([{ time: 25, result: exception('connect timed out') }])
  links.apply(rule({ kind: 'packets', lossPercent: 30 }))
  for (let count = 0; count < 200; count += 1) post()
  agenda.runUntil(1000)
  const times = results
    .slice(1)
    .filter(({ result }) => result.kind === 'answer')
    .map(({ time }) => time - 200)
  expect(times.length).toBeGreaterThan(150)
  expect(Math.min(...times)).toBeCloseTo(0.4, 9)
  expect(Math.max(...times)).toBeGreaterThan(3)
})

test('a doubled POST is delivered twice and answered once', () => {
  const { agenda, links, post, results, delivered } = linksWith()
  links.apply(rule({ kind: 'packets', duplicatePercent: 100 }))
  post()
  agenda.runUntil(10)
  expect(delivered).toHaveLength(2)
  expect(results).toHaveLength(1)
})

test('a probe meets what a sender would, and takes as long', () => {
  const { links, far } = linksWith()
  const probe = (): unknown => links.probe({ from: 'dc1', to: 'dc2', port })
  expect(probe()).toEqual({ outcome: 'answered', status: 200, tookSeconds: 0.4 })
  links.apply(rule({ kind: 'hang' }))
  expect(probe()).toMatchObject({ outcome: 'no_answer' })
  links.apply(rule({ kind: 'drop' }))
  expect(probe()).toMatchObject({ outcome: 'no_connection' })
  links.apply(rule({ kind: 'reject' }))
  expect(probe()).toMatchObject({ outcome: 'refused' })
  links.remove('r')
  far.listener = 'paused'
  expect(probe()).toMatchObject({ outcome: 'no_answer' })
  far.listener = 'none'
  expect(probe()).toMatchObject({ outcome: 'refused' })
})
