/** Seconds of a processor that this process has used so far, its collector and its compilers included. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
