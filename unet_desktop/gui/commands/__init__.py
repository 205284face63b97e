"""Commands: how a method becomes something that can be clicked or typed."""
