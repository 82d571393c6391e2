/** A mistake that somebody might make in the toolkit's machines: one text in place of another. */
export interface ToolkitBug {
  readonly bug: string
  /** Below src/toolkit. */
  readonly file: string
  /** Stands there exactly once. */
  readonly right: string
  readonly wrong: string
}

const watchdog = 'machines/heartbeat-watchdog.ts'
const preparer = 'machines/preparer.ts'
const snapshots = 'machines/snapshot-watchdog.ts'
const sender = 'machines/http-sender.ts'

/** One mistake each, in the order of docs/simulator.md. */
export const toolkitBugs: readonly ToolkitBug[] = [
  {
    bug: 'one miss too few until DOWN',
    file: watchdog,
    right: 'this.#misses > this.#missesAllowed :',
    wrong: 'this.#misses >= this.#missesAllowed :',
  },
  {
    bug: 'one miss too many until DOWN',
    file: watchdog,
    right: 'this.#misses > this.#missesAllowed :',
    wrong: 'this.#misses > this.#missesAllowed + 1 :',
  },
  {
    bug: 'the miss counter is not reset by a heartbeat',
    file: watchdog,
    right: '    this.#misses = 0\n    return this.#isActive',
    wrong: '    return this.#isActive',
  },
  {
    bug: 'every heartbeat is reported UP: the status does not alternate',
    file: watchdog,
    right: 'return this.#isActive ? null : this.#report({ active: true, isPlanned: false })',
    wrong: 'return this.#report({ active: true, isPlanned: false })',
  },
  {
    bug: 'UP is not taken back at a DOWN, so the next contact is none',
    file: watchdog,
    right: 'this.#isActive = change.active',
    wrong: 'this.#isActive ||= change.active',
  },
  {
    bug: 'heartbeats are sent after a DOWN',
    file: preparer,
    right: '    if (this.#quirks.Q4 && this.#hasSensed && !this.#isActive) return outputs\n',
    wrong: '',
  },
  {
    bug: 'a DOWN is not told to the sending side',
    file: preparer,
    right: '    this.#isActive = active\n',
    wrong: '    this.#isActive ||= active\n',
  },
  {
    bug: 'heartbeats are sent after OrderlyShutdown',
    file: preparer,
    right: '    if (this.#isClosing) return []\n    const outputs',
    wrong: '    const outputs',
  },
  {
    bug: 'DOWN is still reported after OrderlyShutdown',
    file: watchdog,
    right: 'if (this.#isClosing || this.#isMissed()) return null',
    wrong: 'if (this.#isMissed()) return null',
  },
  {
    bug: 'the start-up deletion comes at every tick',
    file: preparer,
    right: '    this.#isJustStarted = false\n    // Quirk Q4',
    wrong: '    // Quirk Q4',
  },
  {
    bug: 'snapshot signals by the rounds, not by the counter',
    file: preparer,
    right: '(this.#quirks.Q2 ? this.#count : this.#rounds)',
    wrong: '(this.#quirks.Q2 ? this.#rounds : this.#count)',
  },
  {
    bug: 'a signal takes no number of the counter',
    file: preparer,
    right: '    this.#count += 1n\n    return count',
    wrong: '    this.#count += BigInt(this.#submitted.signal % 2 === 1 ? 0 : 1)\n    return count',
  },
  {
    bug: 'a snapshot is deleted before it is read for its replay',
    file: snapshots,
    right: "[reading, { kind: 'store_delete', name }]",
    wrong: "[{ kind: 'store_delete', name }, reading]",
  },
  {
    bug: 'what was replayed stays remembered, and is replayed again at the next DOWN',
    file: snapshots,
    right: '    this.#names.clear()\n    const [first] = snapshots',
    wrong: '    const [first] = snapshots',
  },
  {
    bug: 'only the first part is replayed',
    file: snapshots,
    right: '...snapshots.flatMap((snapshot) => this.#ask(snapshot, takeover)),',
    wrong: '...snapshots.slice(0, 1).flatMap((snapshot) => this.#ask(snapshot, takeover)),',
  },
  {
    bug: 'a newer snapshot does not replace the stored one',
    file: snapshots,
    right: "    return [{ kind: 'store_write', name: snapshot.name, body }]",
    wrong: [
      '    const kept = (this.#reads.kept ??= new Map())',
      '    kept.set(snapshot.name, kept.get(snapshot.name) ?? body)',
      "    return [{ kind: 'store_write', name: snapshot.name, body: kept.get(snapshot.name) }]",
    ].join('\n'),
  },
  {
    bug: 'snapshots are stored under the wrong name',
    file: 'machines/stored-names.ts',
    right: '`${origin}-${part}',
    wrong: '`${part}-${origin}',
  },
  {
    bug: 'the notice of a shutdown leaves the stored snapshots where they are',
    file: snapshots,
    right: 'if (message.heartbeatMsgType === messageTypes.orderlyShutdown) return this.#forgetAll()',
    wrong: 'if (message.heartbeatMsgType === messageTypes.orderlyShutdown) return []',
  },
  {
    bug: 'snapshots that were deleted at a notice stay remembered',
    file: snapshots,
    right: '    this.#names.clear()\n    this.#protection.reset()\n    if (this.#options.quirks.Q3) return effects',
    wrong: '    this.#protection.reset()\n    if (this.#options.quirks.Q3) return effects',
  },
  {
    bug: 'a passive side replays',
    file: snapshots,
    right: 'if (active || this.#options.settings.crossDCOperationMode === 0) return []',
    wrong: 'if (active) return []',
  },
  {
    bug: 'a failed POST counts as delivered',
    file: sender,
    right: '      delivery.lastFailure = result.text\n',
    wrong: '      delivery.hasArrived = true\n',
  },
  {
    bug: 'what waits in the sender goes out last first',
    file: sender,
    right: 'const next = this.#queue.shift()',
    wrong: 'const next = this.#queue.pop()',
  },
  {
    bug: 'the timeouts are ignored',
    file: sender,
    right: 'path, body, connectTimeoutSeconds, readTimeoutSeconds }]',
    wrong: 'path, body, connectTimeoutSeconds: 0, readTimeoutSeconds: 0 }]',
  },
]
