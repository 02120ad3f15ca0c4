export { AgentCredentials, type AgentCredentialsInit } from './agent-credentials.ts'
export { ENV_PATH_VAR } from './credentials-path.ts'
export { CREDENTIALS_FORMAT_VERSION } from './credentials-text.ts'
