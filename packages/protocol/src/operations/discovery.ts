import { Discovery, DiscoveryQuery } from '../schemas/discovery.ts'
import { operation } from './operation.ts'

const resource = 'discovery'

export const discoverServices = operation('discover_services', {
  resource,
  summary: 'Find services by capability, price and service level among discoverable gates.',
  access: 'public',
  effect: 'read',
  retry: 'safe',
  query: DiscoveryQuery,
  response: Discovery,
})
