/**
 * Sends heartbeats to one port, open loop, each over a connection of its own as the toolkit's sender makes them, and prints one
 * JSON object: latencies in milliseconds counted from when each was due. A process of its own, so that it disturbs nothing that
 * it measures. Arguments: URL, heartbeats a second, seconds.
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

async function send(dueMs: number, count: number): Promise<number> {
  const nothing = { dataSnapshot: new Uint8Array(0), dataSnapshotOrigin: '' }
  const message = { heartbeatMsgType: 1, heartbeatCnt: BigInt(count), dataCenterOrigin: 'dc2', ...nothing }
  const status = await beat(encodeHeartbeatMessage(message)).catch(() => 0)
  return status === 204 ? monotonicNowMs() - dueMs : Number.NaN
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

await load(warmUpSeconds)
const latencies = await load(Number(secondsText))
const good = latencies.filter((latency) => !Number.isNaN(latency)).toSorted((a, b) => a - b)
const at = (share: number): number => Number((good[Math.floor(good.length * share)] ?? good.at(-1) ?? 0).toFixed(2))
const result: HeartbeatLoad = { p50: at(0.5), p99: at(0.99), max: at(1), failed: latencies.length - good.length }
process.stdout.write(`${JSON.stringify(result)}\n`)
