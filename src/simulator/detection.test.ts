// Detection in the simulated world against what the oracle says, which shares no code with it, and against the distribution that the
// toolkit reference derives (§4.5).

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { CrossDcOverrides } from '../model/crossdc-settings.ts'
import { referenceCrossDcSettings } from '../model/crossdc-settings.ts'
import type { DatacenterName } from '../model/datacenter.ts'
import { createRandom } from '../support/random.ts'
import { detectionWindow, steadiness } from '../toolkit/oracle.ts'
import { referenceSettings } from '../toolkit/testing/reference-settings.ts'
import { WatchedWorld } from './testing/started-world.ts'

interface Drawn {
  readonly dc1: CrossDcOverrides
  readonly dc2: CrossDcOverrides
  /** From dc1's start to dc2's. */
  readonly offset: number
  readonly linkDelaySeconds: number
  /** When dc1 is killed. */
  readonly killAt: number
}

/** From the kill of dc1 to DOWN at dc2. */
function detect({ dc1, dc2, offset, linkDelaySeconds, killAt }: Drawn): number {
  const world = new WatchedWorld({ linkDelaySeconds })
  world.submit('dc1', dc1)
  world.until(offset)
  world.submit('dc2', dc2)
  world.until(killAt)
  world.perform({ kind: 'hold_down', dc: 'dc1' })
  const { heartbeatExchangeInterval: interval = 30, consecutiveHeartbeatMissesAllowed: allowed = 4 } = dc2
  world.until(killAt + (allowed + 1) * interval + 10)
  const [down] = world.times('dc2', 'remote_down').filter((time) => time >= killAt)
  world.dispose()
  if (down === undefined) throw new Error(`Expected dc2 to see dc1 down after ${killAt} s.`)
  return down - killAt
}

const settingsOf = (dc: DatacenterName, crossdc: CrossDcOverrides) => ({ ...referenceSettings(dc), ...crossdc })

test('1,000 random settings and phases: every detection lies within the window of the oracle', () => {
  const random = createRandom(20_261_121)
  const beyond: string[] = []
  for (let run = 0; run < 1000;) {
    const side = (): CrossDcOverrides => ({
      heartbeatExchangeInterval: random.integer(2, 60),
      consecutiveHeartbeatMissesAllowed: random.integer(1, 9),
      crossDCInitDelay: random.integer(1, 60),
    })
    const [dc1, dc2] = [side(), side()]
    const [failed, observer] = [settingsOf('dc1', dc1), settingsOf('dc2', dc2)]
    // Where a healthy remote is declared down by itself there is nothing to detect.
    if (steadiness({ observer, failed }) !== 'steady') continue
    if (steadiness({ observer: failed, failed: observer }) !== 'steady') continue
    run += 1
    const linkDelaySeconds = random.integer(0, 250) / 1000
    const offset = 60 * random.nextFloat()
    // Both have heard from each other by then.
    const drawn = { dc1, dc2, offset, linkDelaySeconds, killAt: 200 + 200 * random.nextFloat() }
    const seconds = detect(drawn)
    const window = detectionWindow({ observer, failed })
    // A heartbeat that is on its way arrives after the kill: a connection and a request are three ways.
    const isWithin =
      window !== null && seconds > window.minSeconds && seconds <= window.maxSeconds + 3 * linkDelaySeconds
    if (!isWithin) beyond.push(`${seconds} s, not in ${JSON.stringify(window)}: ${JSON.stringify(drawn)}`)
  }
  expect(beyond).toEqual([])
})

/** Of the time from a crash to DOWN at 30 s × 4: (A+1)·I − φ − δ, with φ and δ even on [0, I), is triangular on (90, 150]. */
function publishedQuantile(share: number): number {
  const rising = 90 + 60 * Math.sqrt(share / 2)
  return share <= 0.5 ? rising : 150 - 60 * Math.sqrt((1 - share) / 2)
}

const shares = [0.1, 0.25, 0.5, 0.75, 0.9]

test('at 30 s × 4 detection times have the published distribution, as the table in the documentation shows', () => {
  const random = createRandom(30_4)
  const { heartbeatExchangeInterval: interval } = referenceCrossDcSettings
  const times = Array.from({ length: 3000 }, () =>
    detect({
      dc1: {},
      dc2: {},
      offset: interval * random.nextFloat(),
      linkDelaySeconds: 0,
      killAt: 150 + interval * random.nextFloat(),
    }),
  ).toSorted((one, other) => one - other)
  const quantile = (share: number): number => times[Math.round(share * (times.length - 1))] ?? Number.NaN
  const mean = times.reduce((sum, seconds) => sum + seconds, 0) / times.length
  const rows = [
    ['minimum', quantile(0), '> 90', '91.5'],
    ...shares.map((share) => [`${share * 100} %`, quantile(share), publishedQuantile(share).toFixed(1), '–'] as const),
    ['maximum', quantile(1), '≤ 150', '149.7'],
    ['mean', mean, '120.0', '120.2'],
  ] as const
  for (const share of shares) expect(Math.abs(quantile(share) - publishedQuantile(share))).toBeLessThan(1.5)
  expect(Math.abs(mean - 120)).toBeLessThan(0.7)
  expect([quantile(0) > 90, quantile(1) <= 150]).toEqual([true, true])
  const page = readFileSync('docs/simulator.md', 'utf8')
  for (const [name, seconds, published, other] of rows) {
    const cells = page
      .split('\n')
      .flatMap((line) => (line.startsWith(`| ${name} `) ? [line.split('|').map((cell) => cell.trim())] : []))
    expect(cells).toEqual([['', name, seconds.toFixed(1), published, other, '']])
  }
})
