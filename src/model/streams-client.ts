import type { WaitOptions } from './clock.ts'

/** A job as the REST Management API describes it (streams-rest-api reference §8); only what this project reads. */
export interface Job {
  readonly id: string
  readonly name: string
  /** running, canceling, canceled, … (both spellings of the double l occur). */
  readonly status: string
  readonly health: Health
  readonly submitTime: number
  readonly applicationName: string
  readonly self: string
}

/** streams-rest-api reference §9. */
export type Health = 'healthy' | 'partiallyHealthy' | 'partiallyUnhealthy' | 'unhealthy' | 'unknown'

/** streams-rest-api reference §10. `launchCount` above 1 means relaunched. */
export interface ProcessingElement {
  readonly id: string
  readonly status: string
  readonly statusReason: string
  readonly health: Health
  readonly processId: string
  readonly launchCount: number
  readonly self: string
}

export interface Operator {
  readonly name: string
  readonly operatorKind: string
  readonly self: string
}

export interface Metric {
  readonly name: string
  readonly metricKind: string
  readonly metricType: string
  readonly value: number
  /** Milliseconds since the Unix epoch. */
  readonly lastTimeRetrieved: number
}

export interface StreamsInstance {
  readonly id: string
  readonly status: string
  readonly health: Health
  readonly self: string
}

export interface ApplicationConfiguration {
  readonly name: string
  readonly description: string
  readonly properties: Readonly<Record<string, string>>
  readonly self: string
}

export interface SubmitRequest {
  /** What `uploadBundle` returned. */
  readonly bundleId: string
  readonly jobName?: string
  readonly submissionParameters?: Readonly<Record<string, string>>
  /** PEs to fuse the operators into. @default what the application or the instance says */
  readonly fusionTargetPeCount?: number
  /** Which of the PEs' traces are written. @default what the instance says, `error` as published */
  readonly tracing?: 'off' | 'error' | 'warn' | 'info' | 'debug' | 'trace'
}

/**
 * One instance's REST Management API. Every request has a timeout; only idempotent ones are tried again.
 * All methods throw RequestError.
 */
export interface StreamsClient {
  /** URL of the root document. */
  readonly url: string
  instance(options?: WaitOptions): Promise<StreamsInstance>
  /** Uploads a SAB; the answer is valid as `bundleId` of a submission. */
  uploadBundle(sab: Uint8Array, options?: WaitOptions): Promise<string>
  submitJob(request: SubmitRequest, options?: WaitOptions): Promise<Job>
  jobs(options?: WaitOptions): Promise<readonly Job[]>
  job(id: string, options?: WaitOptions): Promise<Job>
  /** Cancels a job; false when it was not there. */
  cancelJob(id: string, options?: WaitOptions): Promise<boolean>
  processingElements(jobId: string, options?: WaitOptions): Promise<readonly ProcessingElement[]>
  operators(jobId: string, options?: WaitOptions): Promise<readonly Operator[]>
  operatorMetrics(jobId: string, operator: string, options?: WaitOptions): Promise<readonly Metric[]>
  /** Metrics of an operator's output port, `nTuplesSubmitted` among them. */
  outputPortMetrics(
    port: { jobId: string; operator: string; index: number },
    options?: WaitOptions,
  ): Promise<readonly Metric[]>
  applicationConfigurations(options?: WaitOptions): Promise<readonly ApplicationConfiguration[]>
  /** Creates or replaces the named configuration's properties. */
  putApplicationConfiguration(
    configuration: { name: string; description?: string; properties: Readonly<Record<string, string>> },
    options?: WaitOptions,
  ): Promise<ApplicationConfiguration>
  /** Deletes it; false when it was not there. */
  deleteApplicationConfiguration(name: string, options?: WaitOptions): Promise<boolean>
  /** Ends open connections. */
  close(): void
}
