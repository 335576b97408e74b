export { enable } from 'cornerstone-core'
