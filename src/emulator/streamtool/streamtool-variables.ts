/** The emulator has one domain, of this name. */
export const domainId = 'StreamsDomain'

/** The variables that tell the shim where its DC is. Credentials go this way because any user can read a command line. */
export const streamtoolVariables = {
  restUrl: 'FAILOVER_REST_URL',
  user: 'FAILOVER_REST_USER',
  password: 'FAILOVER_REST_PASSWORD',
} as const
