/**
 * Sends heartbeats to one port, open loop, each over a connection of its own as the toolkit's sender makes them, and prints one
 * JSON object: milliseconds from the begin of each connection to its answer, and how late this program itself was to begin. Since
 * it waits for no answer before it goes on, a slow one hides none that come after it. A process of its own, so that it disturbs
 * little of what it measures. Arguments: URL, heartbeats a second, seconds.
 */
import { connect } from 'node:net'
import { monotonicNowMs } from '../src/support/monotonic-clock.ts'
import { encodeHeartbeatMessage } from '../src/toolkit/codec.ts'

/** What it prints. */
export interface HeartbeatLoad {
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly failed: number
  /** By how much heartbeats were begun after they were due. */
  readonly late_p99: number
}

const [, , urlText = '', rateText = '', secondsText = ''] = process.argv
const url = new URL(urlText)
const ratePerSecond = Number(rateText)
const warmUpSeconds = 3
const path = '/crossdcrx/CrossDataCenterReceiverForHB/ports/output/0/inject'

/** Resolves with the answer's status. */
async function beat(body: Uint8Array): Promise<number> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
    const head = `POST ${path} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\n\r\n`
    socket.once('connect', () => socket.write(Buffer.concat([Buffer.from(head), body])))
    socket.once('data', (answer) => {
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1'))?.[1]))
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

const lateness: number[] = []

/** Milliseconds to the answer; NaN where there was none, or another than 204. */
async function send(dueMs: number, count: number): Promise<number> {
  const nothing = { dataSnapshot: new Uint8Array(0), dataSnapshotOrigin: '' }
  const message = { heartbeatMsgType: 1, heartbeatCnt: BigInt(count), dataCenterOrigin: 'dc2', ...nothing }
  const body = encodeHeartbeatMessage(message)
  const beginMs = monotonicNowMs()
  lateness.push(beginMs - dueMs)
  const status = await beat(body).catch(() => 0)
  return status === 204 ? monotonicNowMs() - beginMs : Number.NaN
}

/** A slow answer does not hold up the next heartbeat. */
async function load(seconds: number): Promise<readonly number[]> {
  const latencies: Promise<number>[] = []
  const beginMs = monotonicNowMs()
  const count = ratePerSecond * seconds
  await new Promise<void>((resolve) => {
    const step = (): void => {
      const due = Math.min(count, Math.floor(((monotonicNowMs() - beginMs) * ratePerSecond) / 1000) + 1)
      while (latencies.length < due) {
        latencies.push(send(beginMs + (latencies.length * 1000) / ratePerSecond, latencies.length))
      }
      if (latencies.length < count) setTimeout(step, 1)
      else resolve()
    }
    step()
  })
  return await Promise.all(latencies)
}

const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return Number((sorted[Math.floor(sorted.length * share)] ?? sorted.at(-1) ?? 0).toFixed(2))
}

await load(warmUpSeconds)
lateness.splice(0)
const latencies = await load(Number(secondsText))
const good = latencies.filter((latency) => !Number.isNaN(latency))
const result: HeartbeatLoad = {
  p50: percentile(good, 0.5),
  p99: percentile(good, 0.99),
  max: percentile(good, 1),
  failed: latencies.length - good.length,
  late_p99: percentile(lateness, 0.99),
}
process.stdout.write(`${JSON.stringify(result)}\n`)
