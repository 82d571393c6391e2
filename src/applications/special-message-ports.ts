import type { ApplicationEffect, ApplicationOperator } from './application.ts'

/** What the samples answer each valid word with, in the PE's trace. */
const accepted: ReadonlyMap<string, string> = new Map([
  ['OrderlyShutdown', 'Told the toolkit that this DC shuts down in an orderly way.'],
  ['SendMeDataFromSnapshotFiles', 'Asked the toolkit for the data in the stored snapshots.'],
])

/** SpecialMessageSignalReceiver and SpecialMessageSender of the samples (toolkit reference §8). */
export class SpecialMessagePorts {
  #received = 0
  #sent = 0

  /** One line is one word; only the two valid ones pass. Telnet ends its lines with CR and LF, so a CR is cut off. */
  line(line: string): readonly ApplicationEffect[] {
    this.#received += 1
    const message = line.replace(/\r$/, '')
    const text = accepted.get(message)
    if (text === undefined) return []
    this.#sent += 1
    return [
      { kind: 'special', message },
      { kind: 'trace', level: 'info', aspect: 'Special_Message_Sender', text },
    ]
  }

  operators(): readonly ApplicationOperator[] {
    const [received, sent] = [this.#received, this.#sent]
    return [
      {
        name: 'SpecialMessageSignalReceiver',
        operatorKind: 'spl.adapter::TCPSource',
        processed: [],
        submitted: [received],
      },
      { name: 'SpecialMessageSender', operatorKind: 'spl.utility::Custom', processed: [received], submitted: [sent] },
    ]
  }
}
