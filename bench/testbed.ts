/**
 * How long the embedded testbed takes to come up and to go: from nothing to both datacenters answering with healthy jobs, and
 * from there to nothing. Peer in the same run: the bare start of as many Node processes as the testbed has, which no testbed of
 * processes can beat. Last line: one JSON object, milliseconds.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { monotonicNowMs } from '../src/support/monotonic-clock.ts'
import { startRunningPair } from './running-pair.ts'

const rounds = 10
/** Supervisor, two datacenters, two PEs, one link process. */
const processes = 6

interface Round {
  readonly upMs: number
  readonly downMs: number
  readonly peerMs: number
}

async function measure(): Promise<Round> {
  const begin = monotonicNowMs()
  const { end } = await startRunningPair()
  const up = monotonicNowMs()
  await end()
  const down = monotonicNowMs()
  await Promise.all(
    Array.from({ length: processes }, async () => await once(spawn(process.execPath, ['-e', '']), 'exit')),
  )
  return { upMs: up - begin, downMs: down - up, peerMs: monotonicNowMs() - down }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

const measured: Round[] = []
for (let round = 0; round < rounds; round += 1) measured.push(await measure())
const of = (pick: (round: Round) => number): { p50: number; max: number } => {
  const values = measured.map(pick)
  return { p50: Math.round(median(values)), max: Math.round(Math.max(...values)) }
}
const up = of(({ upMs }) => upMs)
const down = of(({ downMs }) => downMs)
const peer = of(({ peerMs }) => peerMs)
process.stdout.write(
  `${JSON.stringify({
    up_ms_p50: up.p50,
    up_ms_max: up.max,
    down_ms_p50: down.p50,
    down_ms_max: down.max,
    bare_processes_ms_p50: peer.p50,
    up_ratio: Number((up.p50 / peer.p50).toFixed(2)),
  })}\n`,
)
