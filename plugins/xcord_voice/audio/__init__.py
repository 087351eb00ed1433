"""Sound: the mix of all voices to a device, and the microphone to the call."""
