/** What the bench uses of it; the package has no types of its own. */
declare module 'autocannon' {
  export default function autocannon(options: {
    readonly url: string
    readonly method: 'POST'
    readonly body: Uint8Array
    readonly headers: Readonly<Record<string, string>>
    readonly connections: number
    /** Seconds, whole. */
    readonly duration: number
  }): Promise<{
    readonly '2xx': number
    /** Seconds of sending. */
    readonly duration: number
  }>
}
