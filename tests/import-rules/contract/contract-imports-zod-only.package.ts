export { Command } from 'commander'
