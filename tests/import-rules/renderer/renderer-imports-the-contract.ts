export { services } from '../electron/services/legal.ts'
