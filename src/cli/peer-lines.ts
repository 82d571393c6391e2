import type { PeerRecord } from '../peer/records.ts'

/** Bytes of a body that a line shows. */
const hexBytesMax = 256

/** A record as one JSON object of a stream of them; `t` in system seconds. */
export function recordJson(record: PeerRecord): string {
  const { time, direction, portOffset, path, body, message } = record
  const said = message.ok ? message.message : null
  return JSON.stringify({
    t: rounded(time),
    direction,
    port_offset: portOffset,
    type: said?.heartbeatMsgType ?? null,
    count: said === null ? null : exact(said.heartbeatCnt),
    origin: said?.dataCenterOrigin ?? null,
    part: said?.dataSnapshotOrigin ?? null,
    bytes: body.length,
    body_hex: Buffer.from(body.subarray(0, hexBytesMax)).toString('hex'),
    ...(body.length > hexBytesMax ? { body_cut: true } : {}),
    ...(message.ok ? {} : { problem: message.text }),
    path,
    ...outcomeJson(record),
  })
}

/** A record as one line for people. */
export function recordText(record: PeerRecord): string {
  const { time, direction, portOffset, body, message } = record
  const arrow = direction === 'received' ? '<-' : '->'
  const port = portOffset === 0 ? 'base' : `base+${portOffset}`
  return `${rounded(time).toFixed(2).padStart(9)} s  ${arrow} ${port.padEnd(7)}  ${messageText(message)}, ${body.length} bytes: ${outcomeText(record)}`
}

const typeNames: Readonly<Record<number, string>> = {
  1: 'heartbeat',
  2: 'snapshot',
  3: 'orderly shutdown',
  4: 'returned snapshot',
}

function messageText(message: PeerRecord['message']): string {
  if (!message.ok) return `no message (${message.text})`
  const { heartbeatMsgType: type, heartbeatCnt: count, dataCenterOrigin, dataSnapshotOrigin: part } = message.message
  const of = part === '' ? '' : ` of part ${JSON.stringify(part)}`
  return `${typeNames[type] ?? `type ${type}`} ${count}${of} from ${dataCenterOrigin}`
}

function outcomeJson(record: PeerRecord): object {
  if (record.direction === 'received') {
    const { method, answer } = record
    return { method, answer: answer.kind === 'status' ? answer.status : answer.kind }
  }
  const { result } = record
  return result.kind === 'answer' ? { answer: result.status } : { answer: null, exception: result.text }
}

function outcomeText(record: PeerRecord): string {
  if (record.direction === 'sent') {
    const { result } = record
    return result.kind === 'answer' ? `answered ${result.status}` : result.text
  }
  const { answer } = record
  return answer.kind === 'status' ? `answered ${answer.status}` : answer.kind === 'hang' ? 'left hanging' : 'dropped'
}

/** uint64 beyond what JSON's readers hold exactly goes as text. */
function exact(count: bigint): number | string {
  return count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : String(count)
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
