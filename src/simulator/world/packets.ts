import type { PacketTrouble } from '../../model/testbed.ts'
import type { Random } from '../../support/random.ts'

/**
 * Trouble with packets as TCP shows it. What is lost, or arrives damaged, is sent again after a timeout that doubles: 1 s for the
 * first (RFC 6298, 2.1 and 5.5), which is what a fresh connection for each message meets. A duplicated packet is discarded by TCP;
 * what an application can see doubled is a whole POST, which the JDK's client repeats by itself (toolkit reference §3.4), so that is
 * what `duplicate` doubles here. Likewise `reorder` holds a message back so that later ones overtake it.
 */

/** The first retransmission timeout, seconds; each further one is twice as long. */
const retransmissionSeconds = 1
/** Linux gives a connection attempt up after so many (net.ipv4.tcp_syn_retries). */
const retransmissionsMax = 6
/** By which a message is held back that later ones overtake. */
const holdBackSeconds = 1

/** Seconds that a message takes longer on one way. */
export function packetTrouble(trouble: Required<PacketTrouble>, random: Random): number {
  const { lossPercent, corruptPercent, reorderPercent } = trouble
  let seconds = drawsPercent(reorderPercent, random) ? holdBackSeconds : 0
  let timeout = retransmissionSeconds
  for (let sent = 0; sent < retransmissionsMax; sent += 1) {
    const isGone = drawsPercent(lossPercent, random) || drawsPercent(corruptPercent, random)
    if (!isGone) return seconds
    seconds += timeout
    timeout *= 2
  }
  // Whoever waits has given up by then.
  return seconds + timeout
}

/** Whether something happens that happens in so many of 100 cases. */
export function drawsPercent(percent: number, random: Random): boolean {
  return percent > 0 && 100 * random.nextFloat() < percent
}
